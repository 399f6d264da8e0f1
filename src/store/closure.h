// What it takes to make some nodes again.
#pragma once

#include <cairn/closure.h>

#include <cstdint>
#include <span>

#include "store/store_state.h"

namespace cairn::store {

Closure find_closure(const StoreState& state, std::span<const Uuid> nodes, std::uint64_t nodes_max);

}  // namespace cairn::store
