#include "interchange/components.h"

#include <algorithm>
#include <limits>

namespace cairn::interchange {
namespace {

constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();

class Walk {
 public:
  Walk(std::size_t count, std::span<const std::pair<std::size_t, std::size_t>> arrows)
      : first_(count + 1), targets_(arrows.size()), order_(count, kNone), low_(count), component_(count, kNone) {
    for (const auto& [source, target] : arrows) ++first_[source + 1];
    for (std::size_t i = 0; i < count; ++i) first_[i + 1] += first_[i];
    std::vector<std::size_t> at(first_.begin(), first_.end() - 1);
    for (const auto& [source, target] : arrows) targets_[at[source]++] = target;
  }

  std::vector<std::size_t> components() {
    for (std::size_t vertex = 0; vertex + 1 < first_.size(); ++vertex)
      if (order_[vertex] == kNone) walk_from(vertex);
    return std::move(component_);
  }

 private:
  struct Visit {
    std::size_t vertex, next;  // next: of its arrows
  };

  void enter(std::size_t vertex) {
    order_[vertex] = low_[vertex] = entered_++;
    open_.push_back(vertex);
    visits_.push_back({vertex, first_[vertex]});
  }

  void walk_from(std::size_t start) {
    enter(start);
    while (!visits_.empty()) {
      const std::size_t vertex = visits_.back().vertex;
      if (visits_.back().next < first_[vertex + 1]) {
        const std::size_t target = targets_[visits_.back().next++];
        if (order_[target] == kNone)
          enter(target);
        else if (component_[target] == kNone)
          low_[vertex] = std::min(low_[vertex], order_[target]);
        continue;
      }
      visits_.pop_back();
      if (!visits_.empty()) low_[visits_.back().vertex] = std::min(low_[visits_.back().vertex], low_[vertex]);
      if (low_[vertex] == order_[vertex]) close(vertex);
    }
  }

  void close(std::size_t vertex) {
    for (bool more = true; more;) {
      more = open_.back() != vertex;
      component_[open_.back()] = closed_;
      open_.pop_back();
    }
    ++closed_;
  }

  std::vector<std::size_t> first_, targets_;  // the arrows of a vertex, one behind the other
  std::vector<std::size_t> order_, low_, component_;
  std::vector<std::size_t> open_;
  std::vector<Visit> visits_;
  std::size_t entered_ = 0, closed_ = 0;
};

}  // namespace

std::vector<std::size_t> strong_components(std::size_t count, std::span<const std::pair<std::size_t, std::size_t>> arrows) {
  return Walk(count, arrows).components();
}

}  // namespace cairn::interchange
