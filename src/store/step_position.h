// Places of steps among those of their run: where a run that is replayed must do what it did before.
#pragma once

#include "store/step.h"

namespace cairn::store {

/// Throws diverged, naming both, if another step is recorded at the place of this one; does nothing if it has none.
void check_position(const RunState& run, const engine::View& view, const StepOutcome& step);

/// As check_position; and records that the step of that key, which is recorded, is at this place.
void add_position(const RunState& run, Draft& draft, const StepOutcome& step, const Digest& key);
/// As add_position, in a commit of its own if anything is to be written.
void keep_position(RunState& run, const StepOutcome& step);

}  // namespace cairn::store
