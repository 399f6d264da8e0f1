// Usage: where the bytes of a store are.
#pragma once

#include <cairn/statistics.h>

namespace cairn::store {

class StoreState;

/// As Store::usage. Cost: what several runs, types or artifacts need is read for each of them. Memory: some 30 bytes for each blob,
/// and 16 for each artifact.
StoreUsage measure_usage(const StoreState& state);

}  // namespace cairn::store
