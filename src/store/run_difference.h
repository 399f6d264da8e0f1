// How two runs differ, step by step.
#pragma once

#include <cairn/run_difference.h>

#include "store/run_state.h"

namespace cairn::store {

/// As Store::diff.
RunDifference compare_runs(const RunState& before, const RunState& after, const DifferenceOptions& options);

}  // namespace cairn::store
