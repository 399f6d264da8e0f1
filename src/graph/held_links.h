// Held links: those that nodes hold, each in a record of its own, or with its neighbours in a page.
//
// A record of its own counts: what the page says of such a node is what it held before.
#pragma once

#include <cairn/error.h>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/engine.h"
#include "format/link_page.h"

namespace cairn::graph {

using format::NodeId;

/// The packed links of the node; empty if it holds none. Cost: a look-up, or two if there is no record of its own.
std::optional<std::string> find_held_links(const engine::View& view, NodeId node);

/// Calls `visit(node, packed)` for every node that holds links, in order of id. Of a damaged page, `damaged` is told the first node,
/// and nothing else is visited of it.
void visit_held_links(const engine::View& view, const std::function<void(NodeId node, std::string_view packed)>& visit,
                      const std::function<void(NodeId first, const Error& error)>& damaged);

/// Edits that put links of nodes with records of their own into pages, from node `first` on, until there are `edits_max` or so.
/// Returns the node to go on with, empty if all are done. Nobody else may write links meanwhile. Memory: the edits.
std::optional<NodeId> fold_held_links(const engine::View& view, NodeId first, std::size_t edits_max, engine::Edit& edit);

}  // namespace cairn::graph
