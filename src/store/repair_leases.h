// Mending the leases of node numbers: which numbers belong to which cell.
#pragma once

#include "store/repair_pass.h"

namespace cairn::store {

/// What was given out at least.
struct GivenNumbers {
  engine::NodeId node_end = 1;
  engine::CellId cell_end = format::kFirstRunCell;
};

/// Leases that are lost are derived from the lists by cell, from what runs say that they have left, and from the nodes. `edits` are of the
/// root cell. Cost: reads all nodes. Memory: some 100 bytes a lease.
GivenNumbers repair_leases(RepairPass& pass, RepairEdits& edits);

}  // namespace cairn::store
