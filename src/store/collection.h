// Collection: removing the blobs that nothing refers to.
#pragma once

#include <cairn/compaction.h>

#include "store/store_state.h"

namespace cairn::store {

/// As Store::collect. Waits for another collection to end. Throws damaged if it cannot be found out what is needed; nothing is
/// changed then.
CollectReport collect(StoreState& state, const CollectOptions& options);

}  // namespace cairn::store
