#include "graph/path_search.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace cairn::graph {
namespace {

constexpr PathSearch::Number kFar = PathGraph::kFar;

bool has(const PathSearch::Numbers& sorted, PathSearch::Number number) { return std::ranges::binary_search(sorted, number); }

std::uint64_t bytes_of_numbers(const PathSearch::Numbers& numbers) {
  constexpr std::uint64_t kBlock = 16;  // what malloc adds
  return numbers.capacity() == 0 ? 0 : kBlock + numbers.capacity() * sizeof(PathSearch::Number);
}

}  // namespace

PathSearch::PathSearch(const PathGraph& graph, std::uint64_t length_max, std::size_t most, const PathSearchLimits& limits)
    : graph_(graph), length_max_(length_max), most_(most), limits_(limits), candidates_(Before{this}) {
  if (graph.is_acyclic) return;
  previous_ = graph.next.reversed();
  is_shared_.resize(graph.ids.size());
}

std::vector<PathSearch::Numbers> PathSearch::run() {
  if (most_ == 0 || graph_.distance[graph_.from] > length_max_) return {};
  accept(direct_way(graph_.from), {});
  while (paths_.size() < most_ && !candidates_.empty()) {
    Candidate best = std::move(candidates_.extract(candidates_.begin()).value());
    bytes_ -= bytes_of(best);
    const Numbers& parent = paths_[best.parent];
    Numbers path(parent.begin(), parent.begin() + static_cast<std::ptrdiff_t>(best.position) + 1);
    const Numbers rest = graph_.is_acyclic ? direct_way(best.rest.front()) : std::move(best.rest);
    path.insert(path.end(), rest.begin(), rest.end());
    accept(std::move(path), best);
  }
  return std::move(paths_);
}

// By length, then by the first node that differs. Two candidates differ at the latest where one leaves its parent: what a set
// has left was taken out of all others.
bool PathSearch::is_before(const Candidate& a, const Candidate& b) const {
  if (a.length != b.length) return a.length < b.length;
  const std::size_t last = std::min(a.position, b.position) + 1;
  for (std::size_t i = a.parent == b.parent ? last : 0; i <= last; ++i) {
    const Number in_a = node_at(a, i), in_b = node_at(b, i);
    if (in_a != in_b) return in_a < in_b;
  }
  return false;
}

PathSearch::Number PathSearch::node_at(const Candidate& candidate, std::size_t position) const {
  return position <= candidate.position ? paths_[candidate.parent][position] : candidate.rest[position - candidate.position - 1];
}

// Splits the set that `from` was the best of.
void PathSearch::accept(Numbers path, const Candidate& from) {
  const std::size_t number = paths_.size();
  bytes_ += sizeof path + bytes_of_numbers(path);
  check_memory();
  paths_.push_back(std::move(path));
  const Numbers& found = paths_.back();
  std::fill(is_shared_.begin(), is_shared_.end(), false);
  for (std::size_t i = 0; i + 1 < found.size(); ++i) {
    if (!graph_.is_acyclic) is_shared_[found[i]] = true;
    if (i < from.position) continue;
    Candidate candidate{.parent = number, .position = i, .rest = {}};
    if (i == from.position) {
      candidate.taken_count = from.taken_count;
      candidate.taken = from.taken;
    }
    ++candidate.taken_count;
    if (!graph_.is_acyclic) candidate.taken.insert(std::ranges::upper_bound(candidate.taken, found[i + 1]), found[i + 1]);
    if (graph_.is_acyclic ? find_direct_deviation(candidate) : find_deviation(candidate)) keep(std::move(candidate));
  }
}

std::uint64_t PathSearch::bytes_of(const Candidate& candidate) {
  constexpr std::uint64_t kSetNode = 48;  // of the set, and what malloc adds
  return sizeof candidate + kSetNode + bytes_of_numbers(candidate.rest) + bytes_of_numbers(candidate.taken);
}

// More than the best that are still wanted will not be asked for.
void PathSearch::keep(Candidate candidate) {
  bytes_ += bytes_of(candidate);
  candidates_.insert(std::move(candidate));
  if (candidates_.size() > most_ - paths_.size()) {
    const auto last = std::prev(candidates_.end());
    bytes_ -= bytes_of(*last);
    candidates_.erase(last);
  }
  check_memory();
}

// The best path that leaves the parent there, to none of the nodes that are taken. False if there is none that is short enough.
bool PathSearch::find_direct_deviation(Candidate& candidate) {
  const auto nexts = graph_.next.of(paths_[candidate.parent][candidate.position]);
  if (candidate.taken_count >= nexts.size()) return false;
  candidate.rest = {nexts[candidate.taken_count]};
  candidate.length = candidate.position + 1 + graph_.distance[candidate.rest.front()];
  return candidate.length <= length_max_;
}

// With cycles, that is over the next node with the least distance to the end, if its shortest way does not come back to where the
// path has been.
bool PathSearch::find_deviation(Candidate& candidate) {
  for (const Number next : graph_.next.of(paths_[candidate.parent][candidate.position])) {
    count_links(1);
    if (graph_.distance[next] == kFar || candidate.position + 1 + graph_.distance[next] > length_max_) return false;
    if (is_shared_[next] || has(candidate.taken, next)) continue;
    candidate.rest = direct_way(next);
    count_links(candidate.rest.size());
    if (std::ranges::any_of(candidate.rest, [&](Number on) { return is_shared_[on]; })) return find_detour(candidate);
    candidate.length = candidate.position + candidate.rest.size();
    return true;
  }
  return false;
}

// Each node is followed by the nearest to the end, the oldest of several: the first in its list.
PathSearch::Numbers PathSearch::direct_way(Number node) const {
  Numbers way = {node};
  while (way.back() != graph_.to) way.push_back(graph_.next.of(way.back()).front());
  return way;
}

bool PathSearch::find_detour(Candidate& candidate) {
  measure_detours(candidate);
  const Number first = nearest_around(paths_[candidate.parent][candidate.position], candidate.taken);
  if (first == kFar) return false;
  candidate.rest = {first};
  while (candidate.rest.back() != graph_.to) candidate.rest.push_back(nearest_around(candidate.rest.back(), {}));
  candidate.length = candidate.position + candidate.rest.size();
  return true;
}

// kFar if there is none.
PathSearch::Number PathSearch::nearest_around(Number node, const Numbers& taken) const {
  Number best = kFar;
  for (const Number next : graph_.next.of(node)) {
    if (detour_[next] == kFar || has(taken, next)) continue;
    if (best == kFar || std::pair(detour_[next], next) < std::pair(detour_[best], best)) best = next;
  }
  return best;
}

// Distances to the end that keep clear of the shared beginning, by levels, until one is known where the path may go next.
void PathSearch::measure_detours(const Candidate& candidate) {
  const Number last_shared = paths_[candidate.parent][candidate.position];
  detour_.assign(graph_.ids.size(), kFar);
  detour_[graph_.to] = 0;
  Numbers level = {graph_.to}, next;
  for (Number depth = 1; !level.empty() && candidate.position + depth < length_max_; ++depth) {
    if (nearest_around(last_shared, candidate.taken) != kFar) return;
    next.clear();
    for (const Number node : level) {
      const auto before = previous_.of(node);
      count_links(before.size() + 1);
      for (const Number other : before) {
        if (detour_[other] != kFar || is_shared_[other]) continue;
        detour_[other] = depth;
        next.push_back(other);
      }
    }
    level.swap(next);
  }
}

void PathSearch::count_links(std::size_t links) {
  links_ += links;
  if (links_ > limits_.links_max)
    throw Error(ErrorCode::limit, fmt::format("list paths: more than {} links looked at after {} paths; ask for shorter or fewer ones",
                                              limits_.links_max, paths_.size()));
}

void PathSearch::check_memory() const {
  if (bytes_ > limits_.memory_bytes_max)
    throw Error(ErrorCode::limit, fmt::format("list paths: {} paths and what may come next take more than {} bytes; ask for "
                                              "shorter or fewer ones",
                                              paths_.size(), limits_.memory_bytes_max));
}

}  // namespace cairn::graph
