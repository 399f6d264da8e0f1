// What several nodes have in common among their ancestors, or descendants.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "graph/traversal.h"

namespace cairn::graph {

struct CommonId {
  NodeId id = 0;
  std::uint64_t depth = 0;  ///< from the start that is farthest away
  bool nearest = false;     ///< see CommonNode

  friend bool operator==(const CommonId&, const CommonId&) = default;
};

/// What is reached from each of `starts`, by depth then id. Throws as traverse(). Cost: a traversal from each; memory: as one
/// traversal, and the links among what is common.
std::vector<CommonId> common_nodes(const engine::View& view, std::span<const NodeId> starts, Direction direction,
                                   const TraversalOptions& options, NodeGate* gate = nullptr);

}  // namespace cairn::graph
