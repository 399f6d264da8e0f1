// Forgetting everything that carries a value.
#include <cairn/error.h>

#include <fmt/format.h>

#include <mutex>
#include <set>

#include "format/keys.h"
#include "store/carriers.h"
#include "store/forget_plan.h"
#include "store/forgetting.h"
#include "store/forks.h"
#include "store/history.h"
#include "store/purges.h"
#include "store/removal.h"

namespace cairn::store {
namespace {

using format::BlobReference;

std::vector<NodeId> carrying_nodes(const engine::View& view, Carriers& carriers) {
  std::vector<NodeId> found;
  const auto nodes = view.records(engine::Record::node);
  for (bool more = nodes->seek(""); more; more = nodes->next())
    if (carriers.carries(format::decode_node(nodes->value()))) found.push_back(format::parse_be64(nodes->key()));
  return found;
}

// Those that cannot be read say nothing.
std::set<CheckpointId> carrying_checkpoints(const StoreState& store, const engine::View& view, CellId cell, Carriers& carriers) {
  std::set<CheckpointId> found;
  walk_own(view, cell, UINT64_MAX, [&](std::uint64_t, const format::CheckpointRow& row) {
    try {
      if (carriers.carries(store.checkpoint_record(view, row.id))) found.insert(row.id);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::damaged && error.code() != ErrorCode::not_found) throw;
    }
    return true;
  });
  return found;
}

std::vector<CheckpointId> remove_carrying_checkpoints(StoreState& store, const engine::View& view, Carriers& carriers, bool dry_run) {
  std::vector<CheckpointId> removed;
  const std::lock_guard lock(store.removal_mutex());
  for (const CellId cell : cells_with_history(view)) {
    if (run_record(view, cell).deleted) continue;  // what is left of it is there for forks
    const std::set<CheckpointId> ids = carrying_checkpoints(store, view, cell, carriers);
    const auto is_carrier = [&](const format::PendingWriteRecord& write) {
      return carriers.carries(BlobReference{engine::BlobKind::object, write.object.digest});
    };
    const auto gone = remove_checkpoints(*store.share_run(cell), ids, is_carrier, dry_run);
    removed.insert(removed.end(), gone.begin(), gone.end());
  }
  return removed;
}

void require_there(const engine::View& view, const BlobReference& value, const std::vector<NodeId>& nodes) {
  const auto info = view.find_blob(value.digest);
  if (!nodes.empty() || (info && info->kind == value.kind) || is_purged(view, value.digest)) return;
  throw Error(ErrorCode::not_found, fmt::format("forget what carries {} {}: it is not in the store",
                                                format::blob_kind_name(value.kind), value.digest.hex()));
}

}  // namespace

// What the nodes say is looked at first: where one of them may not go, no checkpoint does. Checkpoints come before nodes, and a
// process that ends in between leaves some of both; what it was to do can be done again.
ForgetReport forget_content(StoreState& store, engine::BlobKind kind, const Digest& digest, const ForgetOptions& options) {
  const BlobReference value{kind, digest};
  const auto view = store.engine().view();
  Carriers carriers(*view, value);
  const std::vector<NodeId> nodes = carrying_nodes(*view, carriers);
  require_there(*view, value, nodes);
  if (!options.dry_run) {
    if (store.engine().read_only())
      throw Error(ErrorCode::read_only, fmt::format("forget what carries {}: the store is open for reading only", digest.hex()));
    require_idle(store, *view, plan_forgetting(store, *view, nodes, options));
  }
  std::vector<CheckpointId> checkpoints = remove_carrying_checkpoints(store, *view, carriers, options.dry_run);
  ForgetReport report = forget_nodes(store, [&](const engine::View&) { return nodes; }, options);
  report.checkpoints = std::move(checkpoints);
  return report;
}

}  // namespace cairn::store
