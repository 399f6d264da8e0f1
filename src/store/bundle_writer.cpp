#include "store/bundle_writer.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <ostream>

#include "base/bytes.h"
#include "base/hash.h"
#include "format/pack.h"

namespace cairn::store {
namespace {

using format::BundleSection;
using format::ItemWriter;

constexpr std::size_t kFrameBytes = 1 << 20;

std::string_view bytes_of(const Digest& digest) { return {reinterpret_cast<const char*>(digest.bytes.data()), digest.bytes.size()}; }

}  // namespace

BundleWriter::BundleWriter(std::ostream& out, Compression compression) : out_(out), compressor_(compression) {
  write(format::encode_bundle_header());
}

// As in a pack, without padding.
void BundleWriter::add_blob(const BundleBlob& blob) {
  const auto compressed = compressor_.compress(blob.bytes);
  const std::span<const std::byte> stored = compressed ? compressed->bytes : blob.bytes;
  const auto header = format::encode_record_header({blob.name.kind, blob.probe, compressed ? compressed->codec : format::BlobCodec::raw,
                                                    blob.name.digest, blob.bytes.size(), stored.size()});
  begin(BundleSection::blobs);
  base::append_varint(frame_, header.size() + stored.size());
  frame_ += base::as_text(header);
  frame_ += base::as_text(stored);
  SectionTotals& section = sections_[0];
  ++section.items;
  section.bytes += header.size() + stored.size();
  totals_.add_blob(blob);
  if (frame_.size() >= kFrameBytes) write_frame();
}

void BundleWriter::add_purge(const Digest& digest, const format::PurgeRecord& purge) {
  add(BundleSection::purges, ItemWriter().rest(bytes_of(digest)).rest(format::encode_purge(purge)).bytes());
  totals_.add_purge(digest, purge);
}

void BundleWriter::add_label(std::string_view text) { add(BundleSection::labels, text); }

void BundleWriter::add_run(const BundleRun& run) {
  add(BundleSection::runs, ItemWriter().number(run.is_whole).rest(format::encode_run(run.record)).bytes());
  totals_.add_run(run);
}

void BundleWriter::add_node(const format::NodeRecord& node) {
  add(BundleSection::nodes, format::encode_node(node));
  totals_.add_node(node);
}

void BundleWriter::add_links(std::uint64_t holder, const std::vector<format::PackedLink>& links) {
  add(BundleSection::links, ItemWriter().number(holder).rest(format::encode_links(links)).bytes());
  totals_.add_links(holder, links);
}

void BundleWriter::add_row(const BundleRow& row) {
  add(BundleSection::rows, ItemWriter().number(row.run).text(row.key).rest(row.value).bytes());
  totals_.add_row(row);
}

void BundleWriter::add_group(const format::GroupRecord& group, const std::vector<std::uint64_t>& members) {
  ItemWriter item;
  item.text(format::encode_group(group));
  for (const std::uint64_t member : members) item.number(member);
  add(BundleSection::groups, item.bytes());
  totals_.add_group(group, members);
}

void BundleWriter::add_invalidation(const format::StepInvalidationRecord& invalidation) {
  add(BundleSection::invalidations, format::encode_step_invalidation(invalidation));
  totals_.add_invalidation(invalidation);
}

void BundleWriter::finish() {
  begin(BundleSection::index);
  const std::uint64_t index_offset = offset_;
  for (const std::string& item : encode_index(sections_, totals_.report())) frame_ += ItemWriter().text(item).bytes();
  write_frame();
  write(format::encode_bundle_trailer(index_offset));
  out_.flush();
  if (!out_) throw Error(ErrorCode::io, fmt::format("write a bundle: the stream refuses bytes after {}", offset_));
}

BundleReport BundleWriter::report() const {
  BundleReport report = totals_.report();
  report.bundle_bytes = offset_;
  return report;
}

void BundleWriter::add(BundleSection section, std::string_view item) {
  begin(section);
  base::append_varint(frame_, item.size());
  frame_ += item;
  SectionTotals& totals = sections_[static_cast<std::size_t>(section) - 1];
  ++totals.items;
  totals.bytes += item.size();
  if (frame_.size() >= kFrameBytes) write_frame();
}

void BundleWriter::begin(BundleSection section) {
  if (section < section_) throw Error(ErrorCode::internal, "write a bundle: its parts are not in order");
  if (section == section_) return;
  write_frame();
  section_ = section;
}

void BundleWriter::write_frame() {
  if (frame_.empty()) return;
  if (frame_.size() > format::kFrameBytesMax) throw Error(ErrorCode::limit, "write a bundle: an item of it has more than 2 GiB");
  if (section_ != BundleSection::index) {
    SectionTotals& totals = sections_[static_cast<std::size_t>(section_) - 1];
    if (totals.frames++ == 0) totals.offset = offset_;
  }
  const std::span<const std::byte> items = base::as_bytes(frame_);
  write(format::encode_frame_header({section_, offset_, items.size(), base::hash64(items)}));
  write(items);
  frame_.clear();
  if (frame_.capacity() > 4 * kFrameBytes) frame_.shrink_to_fit();
}

void BundleWriter::write(std::span<const std::byte> bytes) {
  out_.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  if (!out_) throw Error(ErrorCode::io, fmt::format("write a bundle: the stream refuses bytes after {}", offset_));
  offset_ += bytes.size();
}

}  // namespace cairn::store
