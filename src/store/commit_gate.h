// CommitGate: who changes nodes goes in beside others; who must see all of that, or none, goes in alone.
#pragma once

#include <mutex>
#include <shared_mutex>

namespace cairn::store {

/// Held from before a commit takes its view until it is published. Thread-safe. Nobody goes in twice.
class CommitGate {
 public:
  /// Inside as long as it lives.
  struct Pass {
    std::shared_lock<std::shared_mutex> beside_others = {};
    std::unique_lock<std::shared_mutex> alone = {};
  };

  Pass enter_beside_others() {
    std::lock_guard door(door_);
    return {.beside_others = std::shared_lock(inside_)};
  }
  /// Those who come later wait outside until this one has been in, so that it need not wait for ever.
  Pass enter_alone() {
    std::lock_guard door(door_);
    return {.alone = std::unique_lock(inside_)};
  }

 private:
  std::mutex door_;
  std::shared_mutex inside_;
};

}  // namespace cairn::store
