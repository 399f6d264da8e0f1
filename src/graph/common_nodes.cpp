#include "graph/common_nodes.h"

#include <algorithm>
#include <tuple>

#include "graph/adjacency.h"

namespace cairn::graph {
namespace {

// In order of id.
std::vector<ReachedId> reached_from(const engine::View& view, NodeId start, Direction direction, const TraversalOptions& options,
                                    NodeGate* gate) {
  std::vector<ReachedId> nodes = traverse(view, std::span(&start, 1), direction, options, CollectLinks::no, gate).nodes;
  std::ranges::sort(nodes, {}, &ReachedId::id);
  return nodes;
}

void keep_common(std::vector<ReachedId>& common, const std::vector<ReachedId>& others) {
  auto other = others.begin();
  std::erase_if(common, [&](ReachedId& node) {
    while (other != others.end() && other->id < node.id) ++other;
    if (other == others.end() || other->id != node.id) return true;
    node.depth = std::max(node.depth, other->depth);
    return false;
  });
}

// Whether none of the other components leads to the one of the node.
std::vector<bool> find_nearest(const engine::View& view, std::span<const NodeId> ids, Direction direction, LinkTypes types) {
  const Adjacency graph = read_adjacency(view, ids, direction, types);
  const std::vector<Adjacency::Number> components = strong_components(graph);
  std::vector<bool> led_to(ids.size());
  for (Adjacency::Number node = 0; node < graph.size(); ++node)
    for (const Adjacency::Number next : graph.of(node))
      if (components[next] != components[node]) led_to[components[next]] = true;
  std::vector<bool> nearest;
  for (const Adjacency::Number component : components) nearest.push_back(!led_to[component]);
  return nearest;
}

}  // namespace

std::vector<CommonId> common_nodes(const engine::View& view, std::span<const NodeId> starts, Direction direction,
                                   const TraversalOptions& options, NodeGate* gate) {
  check_starts(view, starts);
  std::vector<ReachedId> common = reached_from(view, starts.front(), direction, options, gate);
  for (const NodeId start : starts.subspan(1)) keep_common(common, reached_from(view, start, direction, options, gate));
  std::vector<NodeId> ids;
  for (const ReachedId& node : common) ids.push_back(node.id);
  const std::vector<bool> nearest = find_nearest(view, ids, direction, options.links);
  std::vector<CommonId> found;
  for (std::size_t i = 0; i < common.size(); ++i) found.push_back({common[i].id, common[i].depth, nearest[i]});
  std::ranges::sort(found, {}, [](const CommonId& node) { return std::tuple(node.depth, node.id); });
  return found;
}

}  // namespace cairn::graph
