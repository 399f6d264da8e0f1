#include "graph/shortest_path.h"

#include <algorithm>
#include <iterator>

#include "format/packed_links.h"
#include "graph/breadth_first.h"
#include "graph/held_links.h"
#include "graph/rules.h"

namespace cairn::graph {
namespace {

using Ids = std::vector<NodeId>;

// Searches from both ends, a level at a time, until they meet. They then first meet in their last levels: all shortest paths go
// through nodes where they do.
class Search {
 public:
  Search(const engine::View& view, const NodePathOptions& options, NodeGate* gate)
      : limits_(path_traversal(options)),
        length_max_(options.length_max),
        near_(view, options.direction, limits_, CollectLinks::no, gate),
        far_(view, opposite(options.direction), limits_, CollectLinks::no, gate) {}

  std::optional<Ids> run(NodeId from, NodeId to) {
    if (from == to) return Ids{from};
    near_.start(std::span(&from, 1));
    far_.start(std::span(&to, 1));
    while (near_.depth() + far_.depth() < length_max_) {
      BreadthFirst& side = near_.level().size() <= far_.level().size() ? near_ : far_;
      const BreadthFirst& other = &side == &near_ ? far_ : near_;
      if (!side.expand()) return std::nullopt;
      Ids meeting;
      for (const ReachedId& node : side.level())
        if (other.has(node.id)) meeting.push_back(node.id);
      if (!meeting.empty()) return trace(from, std::move(meeting));
    }
    return std::nullopt;
  }

 private:
  // From the first node on, always to the one with the least id among those that lie on a shortest path.
  Ids trace(NodeId from, Ids meeting) {
    const std::vector<Ids> near = levels_before(std::move(meeting));
    const std::uint64_t length = near_.depth() + far_.depth();
    Ids path = {from};
    for (std::uint64_t depth = 1; depth <= length; ++depth)
      path.push_back(depth < near.size() ? least_next(path.back(), near[depth])
                                         : least_next(path.back(), level_of(far_, length - depth)));
    return path;
  }

  // The levels from the first node to where they meet, of each the nodes on shortest paths.
  std::vector<Ids> levels_before(Ids meeting) {
    std::vector<Ids> levels(near_.depth() + 1);
    levels.back() = std::move(meeting);
    for (std::uint64_t depth = near_.depth(); depth-- > 0;) {
      Ids before;
      for (const NodeId id : levels[depth + 1]) far_.links().visit(id, [&](NodeId next) { before.push_back(next); });
      std::sort(before.begin(), before.end());
      before.erase(std::unique(before.begin(), before.end()), before.end());
      std::ranges::set_intersection(level_of(near_, depth), before, std::back_inserter(levels[depth]));
    }
    return levels;
  }

  static Ids level_of(const BreadthFirst& side, std::uint64_t depth) {
    Ids ids;
    for (const ReachedId& node : std::ranges::equal_range(side.result().nodes, depth, {}, &ReachedId::depth)) ids.push_back(node.id);
    return ids;
  }

  NodeId least_next(NodeId id, const Ids& level) {
    NodeId least = UINT64_MAX;
    near_.links().visit(id, [&](NodeId next) {
      if (next < least && std::ranges::binary_search(level, next)) least = next;
    });
    return least;
  }

  const TraversalOptions limits_;
  const std::uint64_t length_max_;
  BreadthFirst near_, far_;
};

}  // namespace

Direction opposite(Direction direction) {
  switch (direction) {
    case Direction::up: return Direction::down;
    case Direction::down: return Direction::up;
    case Direction::both: break;
  }
  return Direction::both;
}

TraversalOptions path_traversal(const NodePathOptions& options) {
  return {.links = options.links, .nodes_max = options.nodes_max, .within = options.within, .now = options.now};
}

std::optional<std::vector<NodeId>> shortest_path(const engine::View& view, NodeId from, NodeId to, const NodePathOptions& options,
                                                 NodeGate* gate) {
  const NodeId ends[] = {from, to};
  check_starts(view, ends);
  if (gate != nullptr) gate->let_through(ends);
  return Search(view, options, gate).run(from, to);
}

namespace {

bool leads(const StoredLink& link, NodeId from, NodeId to, Direction direction) {
  const bool along = link.source == from && link.target == to, against = link.source == to && link.target == from;
  if (link_rule(link.type).both_ways || direction == Direction::both) return along || against;
  return direction == Direction::down ? along : against;
}

}  // namespace

std::vector<StoredLink> links_between(const engine::View& view, NodeId from, NodeId to, Direction direction, LinkTypes types) {
  std::vector<StoredLink> found;
  // One of the two holds each of them.
  for (const NodeId holder : {from, to}) {
    const NodeId other = holder == from ? to : from;
    const auto held = find_held_links(view, holder);
    if (!held) continue;
    format::visit_links(*held, [&](const format::PackedLink& link) {
      if (link.other != other || !types.has(link.type)) return;
      const StoredLink stored = stored_link(holder, link);
      if (leads(stored, from, to, direction)) found.push_back(stored);
    });
  }
  return found;
}

}  // namespace cairn::graph
