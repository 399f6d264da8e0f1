#include "graph/link_memory.h"

#include <utility>

namespace cairn::graph {

std::unique_ptr<KnownLinks> LinkMemory::take(std::uint64_t commits) {
  const std::lock_guard lock(mutex_);
  if (kept_ != nullptr && commits_ == commits) return std::move(kept_);
  return std::make_unique<KnownLinks>();
}

void LinkMemory::give_back(std::uint64_t commits, std::unique_ptr<KnownLinks> links) {
  links->held.shrink(bytes_max_ / 2);
  links->back.shrink(bytes_max_ / 2);
  const auto memory_of = [](const KnownLinks& known) { return known.held.memory() + known.back.memory(); };
  const std::lock_guard lock(mutex_);
  if (kept_ != nullptr && (commits_ > commits || (commits_ == commits && memory_of(*kept_) > memory_of(*links)))) return;
  commits_ = commits;
  kept_ = std::move(links);
}

BorrowedLinks::BorrowedLinks(const LinkSource& source)
    : memory_(source.memory),
      commits_(memory_ == nullptr ? 0 : source.view.commits()),
      links_(memory_ == nullptr ? std::make_unique<KnownLinks>() : memory_->take(commits_)) {}

BorrowedLinks::~BorrowedLinks() {
  if (memory_ != nullptr) memory_->give_back(commits_, std::move(links_));
}

}  // namespace cairn::graph
