// One shortest path between two nodes.
#pragma once

#include <cairn/node_path.h>

#include <optional>
#include <vector>

#include "graph/reader.h"

namespace cairn::graph {

class NodeGate;

/// The other direction; both is its own.
Direction opposite(Direction direction);

/// What NodePathOptions says, for traversals.
TraversalOptions path_traversal(const NodePathOptions& options);

/// The nodes of a shortest path, the ends among them; of several, the one whose first node that differs has the least id. Empty if
/// there is none of options.length_max links or less. `gate` judges by options.within and lets both ends through; it is null if
/// every node passes. Throws not_found if an end is no node, limit if more than options.nodes_max nodes are seen from one end.
std::optional<std::vector<NodeId>> shortest_path(const engine::View& view, NodeId from, NodeId to, const NodePathOptions& options,
                                                 NodeGate* gate);

/// The links that lead from one node to another. Cost: what both nodes hold is read.
std::vector<StoredLink> links_between(const engine::View& view, NodeId from, NodeId to, Direction direction, LinkTypes types);

}  // namespace cairn::graph
