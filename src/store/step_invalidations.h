// Which recorded steps must not be reused any more.
#pragma once

#include <cairn/step.h>

#include <cstdint>
#include <vector>

#include "format/step_attempts.h"
#include "store/store_state.h"

namespace cairn::store {

/// As Store::invalidate_steps.
void invalidate_steps(StoreState& state, const StepInvalidation& steps);

/// As Store::step_invalidations.
std::vector<StepInvalidation> list_step_invalidations(const engine::View& view);

/// Whether the step must not be taken over because of it.
bool concerns(const format::StepInvalidationRecord& invalidation, const format::StepRecord& step);

/// Cost: a look at each invalidation.
bool is_invalidated(const engine::View& view, const format::StepRecord& record);

}  // namespace cairn::store
