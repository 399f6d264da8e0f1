// What a store holds, counted.
#pragma once

#include <cairn/store.h>

namespace cairn::store {

class StoreState;

/// Cost: one walk over the digests, the nodes and the checkpoints; no blob is read but those of checkpoints.
StoreStats gather_statistics(const StoreState& state);

}  // namespace cairn::store
