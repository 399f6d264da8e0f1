#include "store/usage.h"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <utility>

#include "format/artifact.h"
#include "graph/leases.h"
#include "store/blob_roots.h"
#include "store/blob_totals.h"
#include "store/findings.h"
#include "store/history.h"
#include "store/store_state.h"

namespace cairn::store {
namespace {

using engine::BlobKind;
using engine::NodeId;
using engine::Record;

constexpr std::size_t kArtifactsMost = 100;

// One line of the report while it is added up.
class Total {
 public:
  Total(const engine::View& view, std::string name) : totals_(view), total_{std::move(name), 0, 0, 0} {}

  void count() { ++total_.count; }
  void add(const object::BlobReference& root) { total_.logical_bytes = saturated_sum(total_.logical_bytes, totals_.add(root)); }
  void add_node(const format::NodeRecord& record) {
    visit_roots_of_node(record, [&](const object::BlobReference& root) { add(root); });
  }
  UsageTotal take() {
    total_.stored_bytes = totals_.stored_bytes();
    return std::move(total_);
  }

 private:
  BlobTotals totals_;
  UsageTotal total_;
};

// Calls `visit` for the nodes of the cell.
template <class Visit>
void visit_nodes_of(const engine::View& view, CellId cell, Visit&& visit) {
  const auto nodes = view.records(Record::node);
  for (const graph::NodeBlock& block : graph::blocks_of(view, cell))
    for (bool more = nodes->seek(format::be64_text(block.first));
         more && format::parse_be64(nodes->key()) - block.first < block.count; more = nodes->next()) {
      const format::NodeRecord record = format::decode_node(nodes->value());
      if (record.cell == cell) visit(record);
    }
}

UsageTotal total_of_run(const engine::View& view, const std::string& name, CellId cell) {
  Total total(view, name);
  walk_history(view, cell, UINT64_MAX, [&](std::uint64_t, const format::CheckpointRow& row) {
    total.count();
    total.add({BlobKind::checkpoint, row.id.digest});
    return true;
  });
  visit_roots_of_cell(view, cell, [&](const object::BlobReference& root) {
    if (root.kind != BlobKind::checkpoint) total.add(root);  // those are counted
  });
  visit_nodes_of(view, cell, [&](const format::NodeRecord& record) { total.add_node(record); });
  return total.take();
}

UsageTotal total_of_no_run(const engine::View& view) {
  Total total(view, "");
  visit_nodes_of(view, format::kLooseCell, [&](const format::NodeRecord& record) {
    total.count();
    total.add_node(record);
  });
  return total.take();
}

void sort(std::vector<UsageTotal>& totals) {
  std::ranges::sort(totals, [](const UsageTotal& one, const UsageTotal& other) {
    return std::tie(other.stored_bytes, one.name) < std::tie(one.stored_bytes, other.name);
  });
}

std::vector<UsageTotal> totals_of_runs(const engine::View& view) {
  std::vector<UsageTotal> totals;
  const auto claims = view.claims();
  const std::string prefix(1, format::claim::kRunName);
  for (bool more = claims->seek(prefix); more && claims->key().starts_with(prefix); more = claims->next())
    totals.push_back(total_of_run(view, std::string(claims->key().substr(1)), format::parse_be64(claims->value())));
  if (UsageTotal loose = total_of_no_run(view); loose.count != 0) totals.push_back(std::move(loose));
  sort(totals);
  return totals;
}

// The index of types has the nodes of one type behind each other.
std::vector<UsageTotal> totals_of_types(const engine::View& view) {
  std::vector<UsageTotal> totals;
  std::optional<Total> total;
  std::string current;
  const auto finish = [&] {
    if (!total) return;
    if (UsageTotal done = total->take(); done.count != 0) totals.push_back(std::move(done));
    total.reset();
  };
  const auto entries = view.indexes();
  const std::string prefix(1, format::index::kType);
  for (bool more = entries->seek(prefix); more && entries->key().starts_with(prefix); more = entries->next()) {
    const std::string_view key = entries->key();
    const auto bytes = view.find_record(Record::node, format::index::trailing_node(key));
    if (!bytes) continue;
    const format::NodeRecord record = format::decode_node(*bytes);
    if (record.kind != NodeKind::data) continue;
    if (!total || record.type != current) {
      finish();
      total.emplace(view, current = record.type);
    }
    total->count();
    total->add_node(record);
  }
  finish();
  sort(totals);
  return totals;
}

// An artifact that nobody gave a label has the name of the file or tree that it was made of.
std::string label_of(const engine::View& view, const std::string& label, const Digest& artifact) {
  if (!label.empty()) return label;
  try {
    return format::decode_artifact(view.get_blob(BlobKind::artifact, artifact)).root.name;
  } catch (const Error& error) {
    if (!is_damage(error) && !is_gone(error)) throw;
    return "";
  }
}

std::map<std::string, std::vector<Digest>> artifacts_by_label(const StoreState& state, const engine::View& view) {
  std::map<std::string, std::vector<Digest>> artifacts;
  const auto nodes = view.records(Record::node);
  for (bool more = nodes->seek(""); more; more = nodes->next()) {
    const format::NodeRecord record = format::decode_node(nodes->value());
    if (const auto* artifact = std::get_if<ArtifactId>(&record.content))
      artifacts[label_of(view, record.label, artifact->digest)].push_back(artifact->digest);
  }
  visit_roots(view, [&](const object::BlobReference& root) {
    if (root.kind != BlobKind::checkpoint) return;
    for (const auto& [name, digest] : state.checkpoint_record(view, CheckpointId{root.digest}).artifacts)
      artifacts[name].push_back(digest);
  });
  return artifacts;
}

std::vector<UsageTotal> totals_of_artifacts(const StoreState& state, const engine::View& view) {
  std::vector<UsageTotal> totals;
  for (const auto& [label, artifacts] : artifacts_by_label(state, view)) {
    Total total(view, label);
    for (const Digest& artifact : artifacts) {
      total.count();
      total.add({BlobKind::artifact, artifact});
    }
    totals.push_back(total.take());
  }
  sort(totals);
  if (totals.size() > kArtifactsMost) totals.resize(kArtifactsMost);
  return totals;
}

std::uint64_t unneeded_bytes(const engine::View& view) {
  BlobTotals needed(view);
  visit_roots(view, [&](const object::BlobReference& root) { needed.add(root); });
  std::uint64_t stored = 0;
  view.list_blobs([&](const Digest&, const engine::BlobInfo& info) {
    stored += info.stored_size;
    return true;
  });
  return stored - std::min(stored, needed.stored_bytes());
}

}  // namespace

StoreUsage measure_usage(const StoreState& state) {
  const auto view = state.engine().view();
  StoreUsage usage;
  usage.runs = totals_of_runs(*view);
  usage.types = totals_of_types(*view);
  usage.artifacts = totals_of_artifacts(state, *view);
  usage.garbage_bytes = unneeded_bytes(*view);
  return usage;
}

}  // namespace cairn::store

namespace cairn {

StoreUsage Store::usage() const { return store::measure_usage(*state_); }

}  // namespace cairn
