// Why steps were done: each beside the nearest earlier one of its name.
#pragma once

#include <cairn/step.h>

#include <string_view>
#include <vector>

#include "store/step.h"

namespace cairn::store {

/// As Run::why.
std::vector<StepReason> why_steps(const RunState& run, std::string_view name, std::size_t limit);
/// As Store::why.
StepReason why_process(StoreState& state, const Uuid& process);
/// Why a step that has not been looked up yet would be done, or not. What its parameters need is staged with it.
StepReason predict_step(const RunState& run, const engine::View& view, const StepOutcome& step);

}  // namespace cairn::store
