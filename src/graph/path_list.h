// All paths between two nodes, the shortest first.
#pragma once

#include <cairn/node_path.h>

#include <vector>

#include "graph/reader.h"

namespace cairn::graph {

class NodeGate;

struct PathList {
  std::vector<std::vector<NodeId>> paths;  ///< by length, then id of the first node that differs
  bool more = false;                       ///< than options.most
};

/// As shortest_path(), for all of them. Throws limit beyond PathSearchLimits. Cost: per path, the nodes it has; in a graph with
/// cycles perhaps a search of what lies between the two for each of them. Memory: what PathGraph takes, and 4 bytes for each node
/// of options.most paths, or 8 where there are cycles, and 150 for each of as many that may come next.
PathList list_paths(const engine::View& view, NodeId from, NodeId to, const NodePathOptions& options, NodeGate* gate);

}  // namespace cairn::graph
