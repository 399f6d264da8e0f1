// What is affected by some nodes.
#pragma once

#include <cairn/impact.h>

#include <span>

#include "store/store_state.h"

namespace cairn::store {

Impact find_impact(const StoreState& state, std::span<const Uuid> nodes, const ImpactOptions& options);

}  // namespace cairn::store
