// Removing checkpoints from a run: pruning it by a policy, and deleting it.
#pragma once

#include <cairn/retention.h>

#include <cstdint>
#include <string_view>

#include "store/run_state.h"

namespace cairn::store {

class StoreState;

/// As Run::prune.
PruneReport prune(RunState& run, const RetentionPolicy& policy, bool dry_run);

/// As Store::delete_run.
DeletedRun delete_run(StoreState& store, std::string_view name);

/// Removes what is left of deleted runs and no fork needs, where a crash came between the commits of a deletion.
void finish_deletions(StoreState& store);

}  // namespace cairn::store
