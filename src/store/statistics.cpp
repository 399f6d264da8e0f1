#include "store/statistics.h"

#include <cairn/error.h>

#include "format/superblock.h"
#include "graph/held_links.h"
#include "store/forks.h"
#include "store/history.h"
#include "store/store_state.h"

namespace cairn::store {
namespace {

void count_blobs(const engine::View& view, StoreStats& stats) {
  view.list_blobs([&](const Digest&, const engine::BlobInfo& info) {
    KindStats& kind = stats.blobs[std::string(format::blob_kind_name(info.kind))];
    ++kind.count;
    kind.bytes += info.size;
    kind.stored_bytes += info.stored_size;
    stats.content_bytes += info.size;
    return true;
  });
}

// Of a checkpoint; 0 if its record is damaged, which is for verify to report.
std::uint64_t logical_bytes(const StoreState& state, const engine::View& view, const CheckpointId& id) {
  try {
    const format::CheckpointRecord record = state.checkpoint_record(view, id);
    return record.bytes_new + record.bytes_shared;
  } catch (const Error& error) {
    if (error.code() != ErrorCode::damaged && error.code() != ErrorCode::not_found) throw;
    return 0;
  }
}

// A checkpoint that several runs have counts once: with the run that made it, even where only forks of that are left.
void count_runs(const StoreState& state, const engine::View& view, StoreStats& stats) {
  for (const CellId cell : cells_with_history(view)) {
    const auto run = find_run_record(view, cell);
    if (!run || !run->deleted) ++stats.run_count;
    walk_own(view, cell, UINT64_MAX, [&](std::uint64_t, const format::CheckpointRow& row) {
      ++stats.checkpoint_count;
      stats.logical_bytes += logical_bytes(state, view, row.id);
      return true;
    });
  }
}

void count_nodes(const engine::View& view, StoreStats& stats) {
  const auto nodes = view.records(engine::Record::node);
  for (bool more = nodes->seek(""); more; more = nodes->next()) {
    const format::NodeRecord record = format::decode_node(nodes->value());
    ++stats.nodes[std::string(kind_name(record.kind))];
    stats.logical_bytes += record.size;
  }
  graph::visit_held_links(
      view, [&](engine::NodeId, std::string_view packed) { stats.link_count += format::decode_links(packed).size(); },
      [](engine::NodeId, const Error& error) { throw error; });
}

}  // namespace

StoreStats gather_statistics(const StoreState& state) {
  const auto view = state.engine().view();
  StoreStats stats;
  stats.uuid = state.engine().uuid();
  count_blobs(*view, stats);
  count_runs(state, *view, stats);
  count_nodes(*view, stats);
  const engine::EngineStats engine = state.engine().stats();
  stats.disk_bytes = engine.record_bytes + engine.pack_bytes;
  stats.format = engine.format;
  stats.reserve_bytes = engine.reserve_bytes;
  stats.collisions = engine.collisions;
  return stats;
}

}  // namespace cairn::store
