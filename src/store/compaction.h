// Compaction: records and indexes written anew, in less room.
#pragma once

#include "store/store_state.h"

namespace cairn::store {

/// Ends deletions that a crash interrupted, folds the backlinks of all nodes and indexes the steps that older formats recorded,
/// some of them in each commit, then has the engine rewrite what it keeps.
void compact(StoreState& state);

}  // namespace cairn::store
