// Which recorded steps must not be reused any more.
#pragma once

#include <cairn/step.h>

#include <cstdint>

#include "format/step_attempts.h"
#include "store/store_state.h"

namespace cairn::store {

/// As Store::invalidate_steps.
void invalidate_steps(StoreState& state, const StepInvalidation& steps);

/// Cost: a look at each invalidation.
bool is_invalidated(const engine::View& view, const format::StepRecord& record);

}  // namespace cairn::store
