// How two checkpoints differ.
#pragma once

#include <cairn/checkpoint_difference.h>

#include "store/store_state.h"

namespace cairn::store {

/// As Store::diff.
CheckpointDifference compare_checkpoints(StoreState& state, const CheckpointId& before, const CheckpointId& after,
                                         const DifferenceOptions& options);

}  // namespace cairn::store
