// The steps of a run, how often they were tried, and who is at them.
#pragma once

#include <cairn/step.h>

#include <string_view>
#include <vector>

#include "store/step.h"

namespace cairn::store {

/// As Run::attempts. One that was begun, and that nobody can be at any more, is among them as it will be recorded.
std::vector<StepAttemptInfo> list_attempts(const RunState& run, const engine::View& view, const StepOutcome& step);

/// As Run::steps.
std::vector<StepStatus> list_steps(const RunState& run, const engine::View& view, std::string_view name);

}  // namespace cairn::store
