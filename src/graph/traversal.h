// Traversal: what a node came from, or what came of it, breadth first.
#pragma once

#include <cairn/lineage.h>

#include <cstdint>
#include <span>
#include <vector>

#include "graph/link_memory.h"
#include "graph/reader.h"

namespace cairn::graph {

class NodeGate;

/// A node that was reached, and how many links away at least.
struct ReachedId {
  NodeId id = 0;
  std::uint64_t depth = 0;

  friend bool operator==(const ReachedId&, const ReachedId&) = default;
};

struct TraversalResult {
  std::uint64_t link_count = 0;   ///< followed
  std::vector<ReachedId> nodes;   ///< by depth, then id; the starts at depth 0
  std::vector<StoredLink> links;  ///< each link that was followed, once, in the order of following; only if asked for
  std::vector<NodeId> stopped;    ///< of the nodes, those that options.stop_at ended the way at
};

enum class CollectLinks : bool { no, yes };

/// Throws not_found if a start is no node.
void check_starts(const engine::View& view, std::span<const NodeId> starts);

/// Follows the links of options.links from `starts`; cycles through references end by themselves. Links of the nodes at
/// options.depth_max are not followed. `gate` judges by the filters of the options, and may be null if they have none. Throws
/// not_found if a start is no node, and limit if more than options.nodes_max nodes are reached, the starts and those that the
/// gate refused included. Cost: one step of a cursor for each link, in order of id within a depth, and a read for each node that
/// is judged; 16 bytes a node for the result, 16 for the frontier, and what IdSet takes.
TraversalResult traverse(const LinkSource& source, std::span<const NodeId> starts, Direction direction,
                         const TraversalOptions& options, CollectLinks collect = CollectLinks::no, NodeGate* gate = nullptr);

/// Of what such a traversal reaches, the nodes from which nothing leads further: neither to a node that it reached nor to one
/// that it would, did it not end at depth_max; and those where stop_at ended it. By depth, then id. Cost: that of two traversals.
std::vector<ReachedId> find_ends(const LinkSource& source, std::span<const NodeId> starts, Direction direction,
                                 const TraversalOptions& options, NodeGate* gate = nullptr);

/// The workflows that called any of `ids`, or called such a workflow, without `ids` themselves; in order of id. Throws as traverse().
std::vector<NodeId> callers_of(const LinkSource& source, std::span<const NodeId> ids, std::uint64_t nodes_max);

}  // namespace cairn::graph
