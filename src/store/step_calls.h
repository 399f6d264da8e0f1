// StepCalls: which steps of a run the calls of this process are at, so that equal ones are done by one of them.
#pragma once

#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>

namespace cairn::store {

/// Thread-safe. Memory: what makes a step, for each that is being done.
class StepCalls {
 public:
  /// Keeps others off a step for as long as it lives.
  class Turn {
   public:
    Turn() = default;
    Turn(Turn&& other) noexcept;
    Turn& operator=(Turn&& other) noexcept;
    ~Turn() { leave(); }
    void leave() noexcept;

   private:
    friend class StepCalls;
    Turn(StepCalls& calls, std::string step) : calls_(&calls), step_(std::move(step)) {}
    StepCalls* calls_ = nullptr;
    std::string step_;
  };

  /// Waits until no other call is at the step. `step` is what makes it one; `title` is for messages. Throws conflict if this
  /// thread is at it already, cancelled if `stop` is requested first.
  Turn enter(std::string step, const std::stop_token& stop, std::string_view title);
  /// Whether a call is at it now.
  bool is_at(const std::string& step) const;

 private:
  mutable std::mutex mutex_;
  std::condition_variable_any left_;
  std::unordered_map<std::string, std::thread::id> at_;
};

}  // namespace cairn::store
