// Mending indexes: all that is in them follows from nodes, links and rows.
#pragma once

#include "store/repair_pass.h"

namespace cairn::store {

/// Entries that say what nothing else does are taken out; of a folded row or page of backlinks that is wrong in part, the rest is
/// written as rows of its own in the same commit. Then what is missing is added. Cost: as verifying the structure.
void repair_indexes(RepairPass& pass);

}  // namespace cairn::store
