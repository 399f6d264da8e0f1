// What damage affects: the checkpoints that need a damaged blob, and whether anything does.
#pragma once

#include "store/verification_pass.h"

namespace cairn::store {

/// Enters into each finding which checkpoints can no longer restart, and drops the findings about whole blobs that name what is
/// missing if nothing needs them: they are what a collection has not come to yet, or was purged. A checkpoint that many findings
/// affect is named by the first 256. Cost: none if there are no findings; else all blobs that name others are read a few times.
/// Memory: the blobs that need damaged ones.
void trace_effects(VerificationPass& pass);

}  // namespace cairn::store
