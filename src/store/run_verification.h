// Runs: their records, histories and rows, and what leads to them.
#pragma once

#include "store/verification_pass.h"

namespace cairn::store {

/// The runs that have a name, and those that were deleted and are there still for forks.
void check_runs(VerificationPass& pass);

/// What each claim leads to is there; those of runs are for check_runs.
void check_claims(VerificationPass& pass);

}  // namespace cairn::store
