// One checkpoint: its row, its record and what leads to it.
#pragma once

#include "store/verification_pass.h"

namespace cairn::store {

/// Compares the row of a checkpoint that `run` made with its record, and looks whether all that it names is there. Throws damaged.
void check_checkpoint(VerificationPass& pass, const format::RunRecord& run, CellId cell, std::uint64_t sequence,
                      const format::CheckpointRow& row);

}  // namespace cairn::store
