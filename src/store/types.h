// What kinds of objects a store holds.
#pragma once

#include <cairn/store.h>

namespace cairn::store {

class StoreState;

/// Cost: every object is read, without the arrays kept outside it.
StoredTypes gather_types(const StoreState& state);

}  // namespace cairn::store
