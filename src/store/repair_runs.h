// Mending runs: their records, names, checkpoints and the rows that lead to those.
#pragma once

#include "store/repair_pass.h"

namespace cairn::store {

/// Checkpoints whose row or id is lost get it back from the other, or from the blob of the checkpoint; a run whose record is lost, from its
/// newest checkpoint. Rows that lead to nothing are given up, and the counts of each run are set to what is there. Cost: reads the
/// rows of all runs, and the blob of each checkpoint.
void repair_runs(RepairPass& pass);

}  // namespace cairn::store
