#include "store/upkeep_collection.h"

#include "store/store_state.h"

namespace cairn::store {

void collect_for_upkeep(StoreState&) {}

}  // namespace cairn::store
