// What is left in the cells of forgotten nodes, and leads to them.
#pragma once

#include "store/store_state.h"

namespace cairn::store {

/// Removes rows of recorded steps and marks of links that lead to nodes that are gone; and if the node of its run is, the run, as far
/// as no fork needs it. Commits of bounded size. If that is interrupted, it can be done again. For who holds the removal mutex.
void tidy_cell(StoreState& store, CellId cell);

}  // namespace cairn::store
