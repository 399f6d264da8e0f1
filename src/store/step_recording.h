// Recording how an attempt at a step ended. Each is one durable commit, and done twice it is done once.
#pragma once

#include "store/step_lookup.h"

namespace cairn::store {

/// Records that the step gave `content`. If it was recorded meanwhile, that record stands, fills in what the step gave, and true
/// is returned. Throws fenced if another attempt has taken over, diverged if another step has its position by now.
bool record_step(RunState& run, StepOutcome& step, const Content& content, std::string_view type, std::uint64_t size);

/// How an attempt ended that gave no result.
struct StepEnding {
  StepEnd end = StepEnd::failed;
  std::string message = {};  ///< as kept_message() gives it
  std::int32_t exit_status = 0;
};

/// Records that the attempt ended without a result. Throws fenced if another has taken over.
void record_end(RunState& run, StepOutcome& step, const StepEnding& ending);

}  // namespace cairn::store
