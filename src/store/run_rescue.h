// A run's record that is lost, made again from what its checkpoints, its name and its forks tell.
#pragma once

#include <optional>

#include "format/records.h"
#include "store/repair_checkpoints.h"

namespace cairn::store {

/// Empty if there is neither a checkpoint of it that can be read, nor a node. What its nodes were leased is given up.
std::optional<format::RunRecord> rescue_run(const engine::View& view, engine::CellId cell, const CheckpointSet& checkpoints);

}  // namespace cairn::store
