#include "lineage/picture.h"

#include <cairn/reuse.h>

#include <algorithm>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace cairn::cli {

Picture merged_picture(std::vector<Uuid> starts, Direction direction, std::vector<Lineage> lineages) {
  Picture picture{.starts = std::move(starts), .direction = direction, .graph = {}};
  if (lineages.size() == 1) {
    picture.graph = std::move(lineages.front());
    return picture;
  }
  std::unordered_map<Uuid, std::size_t> places;
  std::set<Link> links;
  for (Lineage& lineage : lineages) {
    for (Reached& reached : lineage.nodes) {
      const auto [known, added] = places.emplace(reached.node.uuid, picture.graph.nodes.size());
      if (added) {
        picture.graph.nodes.push_back(std::move(reached));
      } else {
        std::uint64_t& depth = picture.graph.nodes[known->second].depth;
        depth = std::min(depth, reached.depth);
      }
    }
    for (Link& link : lineage.links)
      if (links.insert(link).second) picture.graph.links.push_back(std::move(link));
  }
  std::ranges::stable_sort(picture.graph.nodes, {}, &Reached::depth);
  return picture;
}

void add_origins(const Store& store, std::uint64_t depth_max, Picture& picture) {
  Lineage& graph = picture.graph;
  std::vector<std::pair<std::uint64_t, Link>> found;  // with the depth of what it leads to
  for (const auto& [node, depth] : graph.nodes) {
    if (node.kind != NodeKind::calculation || node.type != "step" || depth >= depth_max) continue;
    for (Link& link : store.links(node.uuid))
      if (is_reuse(link) && link.source == node.uuid) found.emplace_back(depth + 1, std::move(link));
  }
  if (found.empty()) return;
  const std::set<Link> links(graph.links.begin(), graph.links.end());
  std::unordered_set<Uuid> nodes;
  for (const Reached& reached : graph.nodes) nodes.insert(reached.node.uuid);
  for (auto& [depth, link] : found) {
    if (links.contains(link)) continue;
    if (nodes.insert(link.target).second) graph.nodes.push_back({store.get_node(link.target), depth});
    graph.links.push_back(link);
    picture.origins.push_back(std::move(link));
  }
  std::ranges::sort(picture.origins);
  std::ranges::stable_sort(graph.nodes, {}, &Reached::depth);
}

std::string_view direction_name(Direction direction) {
  return direction == Direction::up ? "up" : direction == Direction::down ? "down" : "both";
}

std::size_t distinguishing_digits(const std::vector<Reached>& nodes) {
  for (const std::size_t digits : {13, 18, 23}) {
    std::unordered_set<std::string> beginnings;
    const bool distinct = std::ranges::all_of(nodes, [&](const Reached& reached) {
      return beginnings.insert(reached.node.uuid.text().substr(0, digits)).second;
    });
    if (distinct) return digits;
  }
  return 36;
}

}  // namespace cairn::cli
