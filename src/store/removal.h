// Removing checkpoints from a run: pruning it by a policy, and deleting it.
#pragma once

#include <cairn/retention.h>

#include <cstdint>
#include <functional>
#include <set>
#include <string_view>
#include <vector>

#include "store/run_state.h"

namespace cairn::store {

class StoreState;

/// As Run::prune.
PruneReport prune(RunState& run, const RetentionPolicy& policy, bool dry_run);

/// As prune(), behind the commits that are on disk: those that wait stay, and their failures are for others to be told. Returns how
/// many bytes the removed checkpoints were the first to store. The policy keeps the newest.
std::uint64_t prune_beside_commits(RunState& run, const RetentionPolicy& policy);

/// As Store::delete_run.
DeletedRun delete_run(StoreState& store, std::string_view name);

/// Deletes the run of that cell, deleted already or not, whose node was forgotten. For who holds the removal mutex.
void delete_forgotten_run(StoreState& store, CellId cell);

/// Removes those of the checkpoints that the run made and that are there, tagged or not, but for those that forks go on from; and
/// pending writes that `is_unwanted`. Returns what was, or in a dry run would be, removed. For who holds the removal mutex.
std::vector<CheckpointId> remove_checkpoints(RunState& run, const std::set<CheckpointId>& ids,
                                             const std::function<bool(const format::PendingWriteRecord&)>& is_unwanted, bool dry_run);

/// Removes what is left of deleted runs and no fork needs, where a crash came between the commits of a deletion.
void finish_deletions(StoreState& store);

}  // namespace cairn::store
