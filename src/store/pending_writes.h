// Values that tasks have made since a checkpoint, kept beside it until the next one.
#pragma once

#include <cairn/restart.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "store/run_state.h"

namespace cairn::store {

/// Those of the checkpoint with this sequence in the history of the run, by task and index. A fork has those of its parent that
/// were recorded before it was made. Throws damaged.
std::vector<PendingWrite> read_pending_writes(const engine::View& view, CellId cell, std::uint64_t sequence);

/// As Run::put_writes.
void put_pending_writes(RunState& run, const CheckpointId& checkpoint, std::string_view task,
                        const std::vector<std::pair<std::string, Value>>& writes);

}  // namespace cairn::store
