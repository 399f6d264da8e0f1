// Growth: what each checkpoint of a run added to the store.
#pragma once

#include <cairn/statistics.h>

#include <string_view>
#include <vector>

namespace cairn::store {

class StoreState;

/// As Store::growth. Memory: 80 bytes a checkpoint, and 30 for each blob of the run.
std::vector<CheckpointGrowth> measure_growth(const StoreState& state, std::string_view run);

}  // namespace cairn::store
