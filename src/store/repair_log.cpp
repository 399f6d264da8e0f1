#include "store/repair_log.h"

#include <utility>

namespace cairn::store {

void RepairLog::add(std::string_view action, std::string_view kind, std::string id, std::string problem) {
  if (items_.size() == kMost) return count(action, kind, "not listed one by one");
  items_.push_back({std::string(action), std::string(kind), std::move(id), 1, std::move(problem)});
}

void RepairLog::count(std::string_view action, std::string_view kind, std::string_view problem) {
  ++counts_[{std::string(action), std::string(kind), std::string(problem)}];
}

std::vector<RepairItem> RepairLog::take() {
  for (const auto& [what, count] : counts_) {
    const auto& [action, kind, problem] = what;
    items_.push_back({action, kind, "", count, problem});
  }
  return std::move(items_);
}

}  // namespace cairn::store
