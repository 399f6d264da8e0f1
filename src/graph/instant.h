// Instant: a moment in any year that a DateTime can have. Timestamp ends in 2262.
#pragma once

#include <cairn/filter.h>
#include <cairn/node.h>
#include <cairn/value.h>

#include <chrono>
#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace cairn::graph::filter {

struct Instant {
  std::chrono::sys_seconds second{};  ///< rounded down
  std::chrono::nanoseconds rest{0};   ///< at least 0, less than a second

  friend auto operator<=>(const Instant&, const Instant&) = default;
};

Instant instant_of(Timestamp time);
Instant instant_of(FromNow time, Timestamp now);
/// Of a Date, whose day begins in UTC, and of a DateTime with an offset. Empty for other values, for invalid
/// ones, and where the year in UTC is not one that can be written.
std::optional<Instant> instant_of(const Value& value);

/// "2026-03-01T12:00:00.5Z"
std::string instant_text(Instant instant);
/// Date or DateTime with an offset.
std::optional<Instant> parse_instant(std::string_view text);

inline constexpr std::chrono::seconds kFromNowMax{1'000'000'000'000};

/// "now", "now-7d"; in the largest unit that is exact.
std::string from_now_text(FromNow time);
std::optional<FromNow> parse_from_now(std::string_view text);

}  // namespace cairn::graph::filter
