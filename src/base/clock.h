// Wall-clock time, in one unit everywhere: nanoseconds since the Unix epoch, UTC.
#pragma once

#include <chrono>
#include <cstdint>

namespace cairn::base {

inline std::int64_t now_nanoseconds() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

/// The moment, as a Timestamp.
inline std::chrono::sys_time<std::chrono::nanoseconds> timestamp(std::int64_t nanoseconds) {
  return std::chrono::sys_time<std::chrono::nanoseconds>(std::chrono::nanoseconds(nanoseconds));
}

}  // namespace cairn::base
