#include "graph/birth_order.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <queue>

namespace cairn::graph {
namespace {

// The younger ones of each node, one range behind the other.
class Followers {
 public:
  Followers(std::size_t count, std::span<const BirthLink> links) : ends_(count + 1), younger_(links.size()) {
    for (const BirthLink& link : links) ++ends_[link.older + 1];
    std::partial_sum(ends_.begin(), ends_.end(), ends_.begin());
    std::vector<std::size_t> next(ends_.begin(), ends_.end() - 1);
    for (const BirthLink& link : links) younger_[next[link.older]++] = link.younger;
  }
  std::span<const std::size_t> of(std::size_t node) const {
    return std::span(younger_).subspan(ends_[node], ends_[node + 1] - ends_[node]);
  }

 private:
  std::vector<std::size_t> ends_, younger_;
};

// Each node that is left has an older one that is left: going from one to the next older comes back somewhere.
std::vector<std::size_t> find_cycle(std::size_t count, std::span<const BirthLink> links, const std::vector<std::size_t>& waiting) {
  std::vector<std::size_t> older(count, count);
  for (const BirthLink& link : links)
    if (waiting[link.older] != 0 && waiting[link.younger] != 0) older[link.younger] = link.older;
  const auto first = std::ranges::find_if(older, [&](std::size_t node) { return node != count; });
  auto at = static_cast<std::size_t>(first - older.begin());
  std::vector<bool> seen(count);
  for (; !seen[at]; at = older[at]) seen[at] = true;
  std::vector<std::size_t> cycle;
  for (std::size_t node = at; cycle.empty() || node != at; node = older[node]) cycle.push_back(node);
  std::ranges::reverse(cycle);
  return cycle;
}

}  // namespace

BirthOrder order_by_birth(std::size_t count, std::span<const BirthLink> links) {
  BirthOrder result;
  if (std::ranges::all_of(links, [](const BirthLink& link) { return link.older < link.younger; })) {
    result.order.resize(count);
    std::iota(result.order.begin(), result.order.end(), std::size_t{0});
    return result;
  }
  const Followers followers(count, links);
  std::vector<std::size_t> waiting(count);  // how many older ones have not been placed
  for (const BirthLink& link : links) ++waiting[link.younger];
  std::priority_queue<std::size_t, std::vector<std::size_t>, std::greater<>> ready;
  for (std::size_t node = 0; node < count; ++node)
    if (waiting[node] == 0) ready.push(node);
  while (!ready.empty()) {
    const std::size_t node = ready.top();
    ready.pop();
    result.order.push_back(node);
    for (const std::size_t younger : followers.of(node))
      if (--waiting[younger] == 0) ready.push(younger);
  }
  if (result.order.size() != count) result.cycle = find_cycle(count, links, waiting);
  return result;
}

}  // namespace cairn::graph
