// How upkeep collects.
#pragma once

namespace cairn::store {

class StoreState;

/// Called by a thread that upkeep owns, while the store is written to.
void collect_for_upkeep(StoreState& store);

}  // namespace cairn::store
