// Dates, times and durations as they were given: with their zone, or naive. Text forms are those of RFC 9557 (RFC 3339
// with the zone's name behind it) and ISO 8601, with as many digits of a second as are needed.
#pragma once

#include <chrono>
#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace [[gnu::visibility("default")]] cairn {

/// A day of the proleptic Gregorian calendar, in the years -32767 to 32767.
struct Date {
  std::chrono::sys_days day{};

  /// "2024-02-29"; years beyond four digits have a sign.
  std::string text() const;
  static std::optional<Date> parse(std::string_view text);
  bool is_valid() const;

  friend auto operator<=>(const Date&, const Date&) = default;
};

/// What ties a clock on the wall to UTC. Nothing set: naive.
struct Zone {
  std::optional<std::chrono::nanoseconds> offset;  ///< east of UTC, less than 24 hours either way
  std::string name;  ///< such as "Europe/Paris": at most 255 printable characters of ASCII but '[' and ']'

  /// "+01:00[Europe/Paris]"; empty if naive.
  std::string text() const;
  bool is_valid() const;

  friend auto operator<=>(const Zone&, const Zone&) = default;
};

/// A time of day by the clock on the wall.
struct TimeOfDay {
  std::chrono::nanoseconds since_midnight{0};  ///< at least 0, less than 24 hours
  Zone zone;

  /// "23:59:59.5+01:00[Europe/Paris]"
  std::string text() const;
  static std::optional<TimeOfDay> parse(std::string_view text);
  bool is_valid() const;

  friend auto operator<=>(const TimeOfDay&, const TimeOfDay&) = default;
};

/// A date and time by the clock on the wall. Ordered by that clock, whatever the zones.
struct DateTime {
  std::chrono::local_seconds local{};      ///< in the years of Date
  std::chrono::nanoseconds subsecond{0};   ///< at least 0, less than a second
  Zone zone;

  /// "2024-02-29T23:59:59.5+01:00[Europe/Paris]"
  std::string text() const;
  static std::optional<DateTime> parse(std::string_view text);
  bool is_valid() const;

  friend auto operator<=>(const DateTime&, const DateTime&) = default;
};

/// An amount of time.
struct Duration {
  std::chrono::seconds seconds{0};        ///< rounded down; less than 10^18 either way
  std::chrono::nanoseconds subsecond{0};  ///< at least 0, less than a second

  /// "PT1.5S", "-PT0.25S"
  std::string text() const;
  static std::optional<Duration> parse(std::string_view text);
  bool is_valid() const;

  friend auto operator<=>(const Duration&, const Duration&) = default;
};

}  // namespace cairn
