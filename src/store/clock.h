// Clock: what time it is, and how time is waited for. Tests have one of their own.
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <stop_token>

#include "base/clock.h"

namespace cairn::store {

/// That of the system. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;

  /// Nanoseconds since the Unix epoch.
  virtual std::int64_t now() const { return base::now_nanoseconds(); }

  /// Waits so long, or until `stop` is requested: false then.
  virtual bool wait(std::chrono::nanoseconds time, const std::stop_token& stop) {
    constexpr std::chrono::nanoseconds kLongest = std::chrono::hours(24 * 365);  // added to a time it must not overflow
    std::mutex mutex;
    std::condition_variable_any nothing;
    std::unique_lock lock(mutex);
    nothing.wait_for(lock, stop, std::min(time, kLongest), [] { return false; });
    return !stop.stop_requested();
  }
};

}  // namespace cairn::store
