// Mending the rows of checkpoints: each has a row by sequence, one by step, and an id that leads to it.
#pragma once

#include <cstdint>
#include <map>
#include <set>

#include "store/repair_pass.h"

namespace cairn::store {

/// Sequences of the checkpoints that a cell has, after the repair.
using CheckpointSet = std::set<std::uint64_t>;

/// Of all cells that have some. Memory: some 250 bytes a checkpoint.
std::map<engine::CellId, CheckpointSet> repair_checkpoints(RepairPass& pass);

}  // namespace cairn::store
