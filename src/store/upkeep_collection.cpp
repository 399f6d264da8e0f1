#include "store/upkeep_collection.h"

#include "store/collection.h"

namespace cairn::store {

void collect_for_upkeep(StoreState& store) { collect(store, {}); }

}  // namespace cairn::store
