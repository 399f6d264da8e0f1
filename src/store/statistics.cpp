#include "store/statistics.h"

#include <cairn/error.h>

#include "engine/quarantine.h"
#include "format/growth_keys.h"
#include "format/superblock.h"
#include "graph/held_links.h"
#include "store/forks.h"
#include "store/history.h"
#include "store/losses.h"
#include "store/purges.h"
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
    stats.stored_bytes += info.stored_size;
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

std::uint64_t unfinished_count(const engine::View& view) {
  std::uint64_t count = 0;
  const auto rows = view.rows(format::kGroupCell);
  for (const char letter : {format::row::kForget, format::row::kForgotten, format::row::kStaged, format::row::kGrowth}) {
    const std::string prefix(1, letter);
    for (bool more = rows->seek(prefix); more && rows->key().starts_with(prefix); more = rows->next()) ++count;
  }
  return count;
}

StoreHealth health_of(const engine::View& view) {
  StoreHealth health;
  visit_losses(view, [&](const Digest& digest, const format::LostRecord&) { health.lost_count += view.find_blob(digest) ? 0 : 1; });
  health.purged_count = list_purges(view).size();
  health.unfinished_count = unfinished_count(view);
  return health;
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
  stats.health = health_of(*view);
  stats.health.quarantine_bytes = engine::quarantined_bytes(state.bare_engine());
  return stats;
}

}  // namespace cairn::store
