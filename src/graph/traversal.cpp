#include "graph/traversal.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "graph/breadth_first.h"

namespace cairn::graph {
namespace {

// Whether any link leads from the node to one that a traversal may come to.
bool leads_within(LinkFollower& links, NodeId id, const BreadthFirst& reached, NodeGate* gate) {
  std::vector<NodeId> unknown;
  bool found = false;
  links.visit(id, [&](NodeId next) {
    if (found) return;
    found = gate == nullptr || reached.has(next);
    if (!found && !reached.has_refused(next)) unknown.push_back(next);
  });
  if (found) return true;
  std::sort(unknown.begin(), unknown.end());
  unknown.erase(std::unique(unknown.begin(), unknown.end()), unknown.end());
  return std::ranges::any_of(unknown, [&](NodeId next) { return gate->judge(next) != Passage::refused; });
}

void run(BreadthFirst& traversal, const engine::View& view, std::span<const NodeId> starts, const TraversalOptions& options) {
  check_starts(view, starts);
  traversal.start(starts);
  while (traversal.depth() < options.depth_max && traversal.expand()) {
  }
}

void check_gate(const TraversalOptions& options, const NodeGate* gate) {
  if (gate == nullptr && needs_gate(options.within, options.stop_at))
    throw Error(ErrorCode::internal, "traverse the graph: nobody judges by its filters");
}

}  // namespace

void check_starts(const engine::View& view, std::span<const NodeId> starts) {
  for (const NodeId start : starts)
    if (!view.find_record(engine::Record::node, start))
      throw Error(ErrorCode::not_found, fmt::format("traverse the graph: node {} is not in the store", start));
}

TraversalResult traverse(const LinkSource& source, std::span<const NodeId> starts, Direction direction,
                         const TraversalOptions& options, CollectLinks collect, NodeGate* gate) {
  check_gate(options, gate);
  BreadthFirst traversal(source, direction, options, collect, gate);
  run(traversal, source.view, starts, options);
  return traversal.take_result();
}

std::vector<ReachedId> find_ends(const LinkSource& source, std::span<const NodeId> starts, Direction direction,
                                 const TraversalOptions& options, NodeGate* gate) {
  check_gate(options, gate);
  BreadthFirst traversal(source, direction, options, CollectLinks::no, gate);
  run(traversal, source.view, starts, options);
  const TraversalResult& result = traversal.result();
  std::vector<ReachedId> ends = result.nodes;
  std::ranges::sort(ends, {}, &ReachedId::id);
  std::vector<NodeId> stopped = result.stopped;
  std::ranges::sort(stopped);
  std::erase_if(ends, [&](const ReachedId& node) {
    return !std::ranges::binary_search(stopped, node.id) && leads_within(traversal.links(), node.id, traversal, gate);
  });
  std::ranges::sort(ends, {}, [](const ReachedId& node) { return std::tuple(node.depth, node.id); });
  return ends;
}

std::vector<NodeId> callers_of(const LinkSource& source, std::span<const NodeId> ids, std::uint64_t nodes_max) {
  const TraversalOptions options{.links = {LinkType::call}, .nodes_max = nodes_max};
  BreadthFirst traversal(source, Direction::up, options);
  traversal.start(ids);
  std::vector<NodeId> callers;
  while (traversal.expand())
    for (const ReachedId& caller : traversal.level()) callers.push_back(caller.id);
  std::sort(callers.begin(), callers.end());
  return callers;
}

}  // namespace cairn::graph
