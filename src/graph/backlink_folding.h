// Folding: backlinks that have rows of their own go into pages with those of neighbouring nodes, or into folded rows.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "engine/engine.h"

namespace cairn::graph {

/// Index edits that fold the backlinks of the nodes from `first` on, until there are `edits_max` edits or so. Returns the node to
/// go on with, empty if all are done. What is folded reads the same, in a third of the room. Links may be added meanwhile.
/// Memory: some 150 bytes for each link of the page that has the most.
std::optional<format::NodeId> fold_backlinks(const engine::View& view, format::NodeId first, std::size_t edits_max,
                                             std::vector<engine::IndexEdit>& edits);

}  // namespace cairn::graph
