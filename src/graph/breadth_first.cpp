#include "graph/breadth_first.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <boost/sort/spreadsort/integer_sort.hpp>

#include <algorithm>

namespace cairn::graph {

BreadthFirst::BreadthFirst(const LinkSource& source, Direction direction, const TraversalOptions& options, CollectLinks collect,
                           NodeGate* gate)
    : options_(options), collect_(collect), gate_(gate), links_(source, direction, options.links) {}

void BreadthFirst::start(std::span<const NodeId> starts) {
  for (const NodeId id : starts) reach(id);
  open_level();
}

bool BreadthFirst::expand() {
  const auto follow_link = [this](NodeId holder, const format::PackedLink& link, NodeId reached) { follow(holder, link, reached); };
  if (links_.follows_held()) links_.visit_held(frontier_, follow_link);
  if (collect_ == CollectLinks::yes && links_.any_leads_both_ways())
    for (const NodeId id : frontier_) expanded_.insert(id);
  if (links_.follows_back()) links_.visit_back(frontier_, follow_link);
  if (gate_ != nullptr) judge_waiting();
  ++depth_;
  open_level();
  return !level().empty();
}

void BreadthFirst::reach(NodeId id) {
  if (!seen_.insert(id)) return;
  check_limit();
  next_.push_back(id);
}

void BreadthFirst::check_limit() const {
  if (seen_.size() + refused_.size() > options_.nodes_max)
    throw Error(ErrorCode::limit, fmt::format("traverse the graph: more than {} nodes", options_.nodes_max));
}

void BreadthFirst::follow(NodeId holder, const format::PackedLink& link, NodeId reached) {
  if (gate_ == nullptr) {
    reach(reached);
    ++result_.link_count;
  } else if (seen_.contains(reached)) {
    ++result_.link_count;
  } else if (refused_.contains(reached)) {
    return;
  } else {
    waiting_.push_back(reached);
  }
  if (collect_ == CollectLinks::yes && !is_collected_already(link, reached)) result_.links.push_back(stored_link(holder, link));
  if (gate_ != nullptr && waiting_.size() >= kWaitingMax) judge_waiting();
}

// A link that leads on from both ends is met at both, if both are expanded: at the end that holds it before that one is marked,
// at the other one after that is. So whichever comes second finds the first one marked.
bool BreadthFirst::is_collected_already(const format::PackedLink& link, NodeId reached) const {
  return links_.leads_both_ways(link) && expanded_.contains(reached);
}

// In order of id, records are read with one cursor that moves forward.
void BreadthFirst::judge_waiting() {
  std::sort(waiting_.begin(), waiting_.end());
  for (auto at = waiting_.begin(); at != waiting_.end();) {
    const NodeId id = *at;
    const auto end = std::find_if(at, waiting_.end(), [&](NodeId other) { return other != id; });
    const Passage passage = gate_->judge(id);
    (passage == Passage::refused ? refused_ : seen_).insert(id);
    check_limit();
    if (passage == Passage::goes_on) next_.push_back(id);
    if (passage == Passage::stops) stopped_.push_back(id);
    if (passage != Passage::refused) result_.link_count += static_cast<std::uint64_t>(end - at);
    at = end;
  }
  waiting_.clear();
  if (collect_ == CollectLinks::yes) drop_links_to_refused();
}

void BreadthFirst::drop_links_to_refused() {
  const auto first = result_.links.begin() + static_cast<std::ptrdiff_t>(links_judged_);
  const auto leads_to_refused = [&](const StoredLink& link) {
    return refused_.contains(link.source) || refused_.contains(link.target);
  };
  result_.links.erase(std::remove_if(first, result_.links.end(), leads_to_refused), result_.links.end());
  links_judged_ = result_.links.size();
}

void BreadthFirst::open_level() {
  // In order of id, the cursors only move forward within a level.
  boost::sort::spreadsort::integer_sort(next_.begin(), next_.end());
  frontier_.swap(next_);
  next_.clear();
  level_begin_ = result_.nodes.size();
  for (const NodeId id : frontier_) result_.nodes.push_back({id, depth_});
  if (stopped_.empty()) return;
  for (const NodeId id : stopped_) result_.nodes.push_back({id, depth_});
  std::sort(result_.nodes.begin() + static_cast<std::ptrdiff_t>(level_begin_), result_.nodes.end(),
            [](const ReachedId& a, const ReachedId& b) { return a.id < b.id; });
  result_.stopped.insert(result_.stopped.end(), stopped_.begin(), stopped_.end());
  stopped_.clear();
}

}  // namespace cairn::graph
