// Compaction: records and indexes written anew, in less room.
#pragma once

#include <cairn/compaction.h>

#include "store/store_state.h"

namespace cairn::store {

/// As Store::compact: ends deletions that a crash interrupted, collects, folds the backlinks of all nodes and indexes the steps that
/// older formats recorded, some of them in each commit, then has the engine rewrite what it keeps.
CompactReport compact(StoreState& state, const CompactOptions& options);

}  // namespace cairn::store
