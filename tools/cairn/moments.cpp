#include "moments.h"

#include <cairn/text.h>
#include <cairn/time.h>

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <optional>

#include "exit_status.h"

namespace cairn::cli {
namespace {

std::optional<std::chrono::seconds> parse_age(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  constexpr std::int64_t kMost = 1'000'000;
  if (error != std::errc() || end + 1 != text.data() + text.size() || number < 0 || number > kMost) return std::nullopt;
  switch (*end) {
    case 's': return std::chrono::seconds(number);
    case 'm': return std::chrono::minutes(number);
    case 'h': return std::chrono::hours(number);
    case 'd': return std::chrono::days(number);
    default: return std::nullopt;
  }
}

}  // namespace

Timestamp parse_moment(std::string_view option, const std::string& text) {
  const auto now = std::chrono::time_point_cast<Timestamp::duration>(std::chrono::system_clock::now());
  if (const auto age = parse_age(text)) return now - *age;
  const auto time = DateTime::parse(text);
  constexpr std::int64_t kSecondsMost = 9'000'000'000;  // what a time in nanoseconds holds
  const bool is_time = time && time->zone.offset && std::abs(time->local.time_since_epoch().count()) <= kSecondsMost;
  if (!is_time)
    throw UsageError(fmt::format(
        "{}: expected a time such as 2026-03-01T12:00:00Z, or an age such as 90s, 30m, 12h or 7d, got '{}'", option, printable(text)));
  return Timestamp(time->local.time_since_epoch() + time->subsecond - *time->zone.offset);
}

}  // namespace cairn::cli
