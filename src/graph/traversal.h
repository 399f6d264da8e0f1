// Traversal: what a node came from, or what came of it, breadth first.
#pragma once

#include <cairn/node.h>

#include <cstdint>
#include <span>
#include <vector>

#include "engine/engine.h"
#include "graph/reader.h"

namespace cairn::graph {

/// A node that was reached, and how many links away at least.
struct ReachedId {
  NodeId id = 0;
  std::uint64_t depth = 0;

  friend bool operator==(const ReachedId&, const ReachedId&) = default;
};

struct TraversalResult {
  std::uint64_t link_count = 0;  ///< followed
  std::vector<ReachedId> nodes;  ///< by depth, then id; the starts at depth 0
  std::vector<StoredLink>
      links;  ///< each link that was followed, once, in the order of following; only if asked for
};

enum class CollectLinks : bool { no, yes };

/// Follows the links of options.links from `starts` in one direction; cycles through references end by
/// themselves. Links of the nodes at options.depth_max are not followed. Throws not_found if a start is no
/// node, and limit if more than options.nodes_max nodes are reached, the starts included. Cost: one step of a
/// cursor for each link, in order of id within a depth; 16 bytes a node for the result, 16 for the frontier,
/// and what IdSet takes.
TraversalResult traverse(const engine::View& view, std::span<const NodeId> starts, Direction direction,
                         const TraversalOptions& options, CollectLinks collect = CollectLinks::no);

}  // namespace cairn::graph
