// NodeErasure: taking nodes out of the graph, with every row that names them.
#pragma once

#include <functional>
#include <span>

#include "engine/engine.h"
#include "graph/attribute_index.h"

namespace cairn::graph {

/// Edits that remove the nodes `ids`, which ascend and are in the view: their records, claims, links, entries in indexes, and what
/// other nodes say of links to or from them, as single rows, folded rows or in pages. What is left is a graph without them. Entries of
/// groups and recorded steps are the caller's. `seen` gets each record; it may be empty. Nobody else may write nodes or links
/// meanwhile. Cost: reads these nodes and their links, and the pages and rows of their neighbours that have such links. Memory: the
/// edits, and the links.
void erase_nodes(const engine::View& view, std::span<const NodeId> ids, const AttributeEntries& attributes, engine::Edit& edit,
                 const std::function<void(NodeId, const format::NodeRecord&)>& seen = {});

}  // namespace cairn::graph
