#include "store/bundle_totals.h"

#include <cairn/error.h>

#include <cstring>

#include "base/bytes.h"
#include "format/keys.h"

namespace cairn::store {
namespace {

using format::ItemReader;
using format::ItemWriter;

constexpr std::uint64_t kWhole = 1, kThere = 2;

std::string_view bytes_of(const Uuid& uuid) { return {reinterpret_cast<const char*>(uuid.bytes.data()), uuid.bytes.size()}; }

std::string encode_run(const BundledRun& run) {
  return ItemWriter()
      .rest(bytes_of(run.uuid))
      .number((run.is_whole ? kWhole : 0) | (run.is_there ? kThere : 0))
      .number(run.checkpoint_count)
      .number(run.step_count)
      .number(run.node_count)
      .text(run.name)
      .bytes();
}

BundledRun decode_run(std::string_view item) {
  ItemReader in(item);
  BundledRun run;
  std::memcpy(run.uuid.bytes.data(), in.take(run.uuid.bytes.size()).data(), run.uuid.bytes.size());
  const std::uint64_t flags = in.number();
  run.is_whole = (flags & kWhole) != 0;
  run.is_there = (flags & kThere) != 0;
  run.checkpoint_count = in.number();
  run.step_count = in.number();
  run.node_count = in.number();
  run.name = in.text();
  in.require_end();
  return run;
}

// The counts, in their order.
template <class Report>
auto counts_of(Report& report) {
  return std::array{&report.node_count,  &report.link_count, &report.group_count, &report.invalidation_count,
                    &report.purge_count, &report.blob_count, &report.blob_bytes};
}

}  // namespace

void BundleTotals::add_blob(const BundleBlob& blob) {
  ++report_.blob_count;
  report_.blob_bytes += blob.bytes.size();
}

void BundleTotals::add_run(const BundleRun& run) {
  report_.runs.push_back({run.record.name, run.record.uuid, run.is_whole, !run.record.deleted});
}

void BundleTotals::add_node(const format::NodeRecord& node) {
  ++report_.node_count;
  if (node.cell != 0) ++report_.runs.at(node.cell - 1).node_count;
}

void BundleTotals::add_row(const BundleRow& row) {
  if (row.run == 0) return;
  if (row.key[0] == format::row::kCheckpoint) ++report_.runs.at(row.run - 1).checkpoint_count;
  if (row.key[0] == format::row::kStep) ++report_.runs.at(row.run - 1).step_count;
}

std::vector<std::string> encode_index(const AllSections& sections, const BundleReport& report) {
  std::vector<std::string> items;
  for (const SectionTotals& section : sections)
    items.push_back(ItemWriter().number(section.offset).number(section.frames).number(section.items).number(section.bytes).bytes());
  ItemWriter counts;
  for (const std::uint64_t* count : counts_of(report)) counts.number(*count);
  items.push_back(counts.bytes());
  for (const BundledRun& run : report.runs) items.push_back(encode_run(run));
  return items;
}

BundleIndex decode_index(const std::vector<std::string>& items) {
  BundleIndex index;
  if (items.size() <= index.sections.size()) throw Error(ErrorCode::damaged, "the index of a bundle is too short");
  auto item = items.begin();
  for (SectionTotals& section : index.sections) {
    ItemReader in(*item++);
    section = {in.number(), in.number(), in.number(), in.number()};
    in.require_end();
  }
  ItemReader counts(*item++);
  for (std::uint64_t* count : counts_of(index.report)) *count = counts.number();
  counts.require_end();
  for (; item != items.end(); ++item) index.report.runs.push_back(decode_run(*item));
  return index;
}

}  // namespace cairn::store
