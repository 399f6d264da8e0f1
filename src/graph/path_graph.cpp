#include "graph/path_graph.h"

#include <algorithm>
#include <tuple>

#include "graph/shortest_path.h"
#include "graph/traversal.h"

namespace cairn::graph {
namespace {

using Number = PathGraph::Number;

// In order of id.
std::vector<ReachedId> reached_from(const engine::View& view, NodeId start, Direction direction, const TraversalOptions& options,
                                    NodeGate* gate) {
  std::vector<ReachedId> nodes = traverse(view, std::span(&start, 1), direction, options, CollectLinks::no, gate).nodes;
  std::ranges::sort(nodes, {}, &ReachedId::id);
  return nodes;
}

std::uint64_t deepest(const std::vector<ReachedId>& nodes) { return std::ranges::max(nodes, {}, &ReachedId::depth).depth; }

// What lies on walks of at most so many links, with its distance from the end; true if longer ones have no other nodes.
bool select_nodes(const std::vector<ReachedId>& near, const std::vector<ReachedId>& far, std::uint64_t length_max,
                  PathGraph& graph) {
  bool is_whole = deepest(near) < length_max && deepest(far) < length_max;
  auto other = far.begin();
  for (const ReachedId& node : near) {
    while (other != far.end() && other->id < node.id) ++other;
    if (other == far.end()) break;
    if (other->id != node.id) continue;
    if (node.depth + other->depth > length_max) {
      is_whole = false;
      continue;
    }
    graph.ids.push_back(node.id);
    graph.distance.push_back(static_cast<Number>(other->depth));
  }
  return is_whole;
}

std::vector<Number> distances_to(Number end, const Adjacency& previous) {
  std::vector<Number> distances(previous.size(), PathGraph::kFar);
  distances[end] = 0;
  std::vector<Number> reached = {end};
  for (std::size_t i = 0; i < reached.size(); ++i)
    for (const Number node : previous.of(reached[i])) {
      if (distances[node] != PathGraph::kFar) continue;
      distances[node] = distances[reached[i]] + 1;
      reached.push_back(node);
    }
  return distances;
}

// No path comes back to its first node or goes on from its last one: distances that are shorter for that are of no use. Without
// cycles there are none.
void add_links(const Adjacency& links, PathGraph& graph) {
  std::vector<Number> targets;
  for (Number node = 0; node < links.size(); ++node) {
    targets.clear();
    if (node != graph.to)
      std::ranges::copy_if(links.of(node), std::back_inserter(targets), [&](Number target) { return target != graph.from; });
    graph.next.add(targets);
  }
  const auto components = strong_components(graph.next);
  graph.is_acyclic = *std::ranges::max_element(components) + 1 == components.size();
  if (!graph.is_acyclic) graph.distance = distances_to(graph.to, graph.next.reversed());
  for (Number node = 0; node < links.size(); ++node)
    std::ranges::sort(graph.next.of(node), {}, [&](Number next) { return std::tuple(graph.distance[next], next); });
}

}  // namespace

PathGraph read_path_graph(const engine::View& view, NodeId from, NodeId to, const NodePathOptions& options, std::uint64_t length_max,
                          NodeGate* gate) {
  TraversalOptions traversal = path_traversal(options);
  traversal.depth_max = length_max;
  const auto near = reached_from(view, from, options.direction, traversal, gate);
  const auto far = reached_from(view, to, opposite(options.direction), traversal, gate);
  PathGraph graph;
  graph.is_whole = select_nodes(near, far, length_max, graph);
  if (graph.ids.empty()) return graph;
  const auto number_of = [&](NodeId id) { return static_cast<Number>(std::ranges::lower_bound(graph.ids, id) - graph.ids.begin()); };
  graph.from = number_of(from);
  graph.to = number_of(to);
  add_links(read_adjacency(view, graph.ids, options.direction, options.links), graph);
  return graph;
}

}  // namespace cairn::graph
