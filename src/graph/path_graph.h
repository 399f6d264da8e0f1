// PathGraph: the nodes that can lie on a path between two others, in memory.
#pragma once

#include <cairn/node_path.h>

#include <cstdint>
#include <vector>

#include "graph/adjacency.h"
#include "graph/reader.h"

namespace cairn::graph {

class NodeGate;

/// Nodes go by their numbers, which are in order of age.
struct PathGraph {
  using Number = Adjacency::Number;
  static constexpr Number kFar = UINT32_MAX;

  std::vector<NodeId> ids;  ///< by number
  Number from = 0, to = 0;
  std::vector<Number> distance;  ///< from each to the last node, not over the first one; kFar if there is no way
  Adjacency next;                ///< of each, the nearest to the last node first, then by age; without what no path needs
  bool is_acyclic = false;
  bool is_whole = false;  ///< longer paths would go through the same nodes
};

/// The nodes from which one can come to `from` and to `to` over at most `length_max` links in all. `options` and `gate` as for
/// shortest_path(). Empty if there are none. Memory: two traversals, then the nodes and the links among them.
PathGraph read_path_graph(const engine::View& view, NodeId from, NodeId to, const NodePathOptions& options, std::uint64_t length_max,
                          NodeGate* gate);

}  // namespace cairn::graph
