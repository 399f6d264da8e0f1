// StepAttempt: one call of the work of a step.
#pragma once

namespace cairn::store {

class StepAttempt {};

}  // namespace cairn::store
