#include "graph/adjacency.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>

#include "graph/link_follower.h"

namespace cairn::graph {

using Number = Adjacency::Number;

void Adjacency::add(std::vector<Number>& targets) {
  std::sort(targets.begin(), targets.end());
  targets_.insert(targets_.end(), targets.begin(), std::unique(targets.begin(), targets.end()));
  ends_.push_back(targets_.size());
}

Adjacency Adjacency::reversed() const {
  Adjacency reverse;
  reverse.ends_.resize(ends_.size());
  reverse.targets_.resize(targets_.size());
  for (const Number target : targets_) ++reverse.ends_[target + 1];
  for (std::size_t i = 1; i < ends_.size(); ++i) reverse.ends_[i] += reverse.ends_[i - 1];
  std::vector<std::uint64_t> next(reverse.ends_.begin(), reverse.ends_.end() - 1);
  for (Number node = 0; node < size(); ++node)
    for (const Number target : of(node)) reverse.targets_[next[target]++] = node;
  return reverse;
}

Adjacency read_adjacency(const engine::View& view, std::span<const NodeId> ids, Direction direction, LinkTypes types) {
  if (ids.size() >= UINT32_MAX)
    throw Error(ErrorCode::limit, fmt::format("read the links among {} nodes: at most {} are possible", ids.size(), UINT32_MAX - 1));
  LinkFollower links(view, direction, types);
  Adjacency graph;
  std::vector<Number> targets;
  for (const NodeId id : ids) {
    targets.clear();
    links.visit(id, [&](NodeId next) {
      const auto found = std::ranges::lower_bound(ids, next);
      if (found != ids.end() && *found == next) targets.push_back(static_cast<Number>(found - ids.begin()));
    });
    graph.add(targets);
  }
  return graph;
}

namespace {

// Tarjan's algorithm, its recursion on a stack of our own: a lineage may be millions of nodes long.
class Components {
 public:
  explicit Components(const Adjacency& graph)
      : graph_(graph), order_(graph.size()), lowest_(graph.size()), component_(graph.size(), kNone) {}

  std::vector<Number> run() {
    for (Number node = 0; node < graph_.size(); ++node)
      if (order_[node] == 0) visit(node);
    return std::move(component_);
  }

 private:
  static constexpr Number kNone = UINT32_MAX;
  struct Visit {
    Number node;
    std::size_t next;  // of its targets
  };

  void visit(Number first) {
    enter(first);
    while (!visits_.empty()) {
      const Number node = visits_.back().node;
      if (visits_.back().next < graph_.of(node).size()) {
        const Number target = graph_.of(node)[visits_.back().next++];
        if (order_[target] == 0)
          enter(target);
        else if (component_[target] == kNone)
          lowest_[node] = std::min(lowest_[node], order_[target]);
      } else {
        leave(node);
      }
    }
  }

  void enter(Number node) {
    order_[node] = lowest_[node] = ++entered_;
    open_.push_back(node);
    visits_.push_back({node, 0});
  }

  void leave(Number node) {
    visits_.pop_back();
    if (!visits_.empty()) {
      Number& above = lowest_[visits_.back().node];
      above = std::min(above, lowest_[node]);
    }
    if (lowest_[node] != order_[node]) return;
    for (Number member = kNone; member != node;) {
      member = open_.back();
      open_.pop_back();
      component_[member] = count_;
    }
    ++count_;
  }

  const Adjacency& graph_;
  std::vector<Number> order_, lowest_;  // 0: not entered
  std::vector<Number> component_;
  std::vector<Number> open_;  // entered, and not in a component yet
  std::vector<Visit> visits_;
  Number entered_ = 0, count_ = 0;
};

}  // namespace

std::vector<Number> strong_components(const Adjacency& graph) { return Components(graph).run(); }

}  // namespace cairn::graph
