// Staged runs: cells of runs that are being taken in, and that nobody sees yet.
//
// What is taken in may be many runs, each with a cell of its own, and a commit changes one cell. So the rows of new runs are written
// first, to cells that no name leads to; rows 'U' of the cell of groups tell which these are. One commit of that cell then makes the
// nodes, links and names, and takes out the rows 'U': so all of it comes to be seen at once. If the process ends before that, opening the
// store for writing empties these cells, whose numbers are not given out again.
#pragma once

#include <set>
#include <span>
#include <vector>

#include "store/store_state.h"

namespace cairn::store {

/// The cells that are marked as such.
std::set<CellId> staged_runs(const engine::View& view);

/// Before anything is written to the cells.
void mark_staged(StoreState& store, std::span<const CellId> cells);

/// Empties cells that are marked, and takes their marks away. For who holds the removal mutex.
void drop_staged(StoreState& store, std::span<const CellId> cells);

/// Does so for what a process left that ended while it was taking runs in. Cost if there is nothing: a seek.
void finish_staging(StoreState& store);

}  // namespace cairn::store
