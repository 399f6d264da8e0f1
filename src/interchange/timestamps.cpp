#include "interchange/timestamps.h"

#include <cairn/time.h>

#include <chrono>
#include <cstdint>
#include <limits>

namespace cairn::interchange {

std::optional<Timestamp> parse_time(std::string_view text) {
  const std::optional<DateTime> time = DateTime::parse(text);
  if (!time || !time->zone.offset) return std::nullopt;
  const std::chrono::sys_seconds seconds(time->local.time_since_epoch());
  constexpr std::chrono::seconds kMost(std::numeric_limits<std::int64_t>::max() / 1'000'000'000 - 2 * 86'400);
  if (seconds.time_since_epoch() > kMost || seconds.time_since_epoch() < -kMost) return std::nullopt;
  return Timestamp(seconds) + time->subsecond - *time->zone.offset;
}

}  // namespace cairn::interchange
