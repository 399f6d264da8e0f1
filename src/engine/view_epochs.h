// ViewEpochs: which states of the store the views of this process show, as far as collection is concerned.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>

namespace cairn::engine {

/// The epoch of a store counts the sweeps that changed it. A view of an epoch may show blobs that later sweeps removed. Thread-safe.
class ViewEpochs {
 public:
  /// To be called before the view is taken; returns its epoch, or that of an older state.
  std::uint64_t enter() {
    const std::lock_guard lock(mutex_);
    ++views_[current_];
    return current_;
  }
  void leave(std::uint64_t epoch) {
    const std::lock_guard lock(mutex_);
    if (--views_[epoch] == 0) views_.erase(epoch);
  }
  /// All that the sweep with that number removed is gone from views that are taken from now on.
  void set_current(std::uint64_t epoch) {
    const std::lock_guard lock(mutex_);
    current_ = epoch;
  }
  std::uint64_t current() const {
    const std::lock_guard lock(mutex_);
    return current_;
  }
  bool has_views(std::uint64_t first, std::uint64_t behind) const {
    const std::lock_guard lock(mutex_);
    const auto found = views_.lower_bound(first);
    return found != views_.end() && found->first < behind;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::uint64_t, std::uint64_t> views_;
  std::uint64_t current_ = 0;
};

}  // namespace cairn::engine
