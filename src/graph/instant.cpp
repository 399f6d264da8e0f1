#include "graph/instant.h"

#include <fmt/format.h>

#include <array>
#include <charconv>

namespace cairn::graph::filter {
namespace {

using std::chrono::local_seconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;
using std::chrono::sys_seconds;

struct Unit {
  char letter;
  seconds length;
};
constexpr std::array<Unit, 5> kUnits = {{{'w', std::chrono::weeks(1)},
                                         {'d', std::chrono::days(1)},
                                         {'h', std::chrono::hours(1)},
                                         {'m', std::chrono::minutes(1)},
                                         {'s', seconds(1)}}};

DateTime utc(Instant instant) {
  return {local_seconds(instant.second.time_since_epoch()), instant.rest, {}};
}

std::optional<Instant> instant_of(const DateTime& time) {
  if (!time.zone.offset || !time.is_valid()) return std::nullopt;
  const nanoseconds rest = time.subsecond - *time.zone.offset;
  const auto carry = std::chrono::floor<seconds>(rest);
  const Instant instant{sys_seconds(time.local.time_since_epoch() + carry), rest - carry};
  return utc(instant).is_valid() ? std::optional(instant) : std::nullopt;
}

std::optional<Instant> instant_of(const Date& date) {
  return date.is_valid() ? std::optional(Instant{date.day, {}}) : std::nullopt;
}

}  // namespace

Instant instant_of(Timestamp time) {
  const auto second = std::chrono::floor<seconds>(time);
  // Not the difference of the two: for the first moments there are, the second is before the first Timestamp.
  const nanoseconds rest = time.time_since_epoch() % seconds(1);
  return {second, rest.count() < 0 ? rest + seconds(1) : rest};
}

Instant instant_of(FromNow time, Timestamp now) {
  Instant instant = instant_of(now);
  instant.second += time.offset;
  return instant;
}

std::optional<Instant> instant_of(const Value& value) {
  if (const auto* time = value.get_if<DateTime>()) return instant_of(*time);
  if (const auto* date = value.get_if<Date>()) return instant_of(*date);
  return std::nullopt;
}

std::string instant_text(Instant instant) {
  return utc(instant).text() + "Z";
}

std::optional<Instant> parse_instant(std::string_view text) {
  if (const auto time = DateTime::parse(text)) return instant_of(*time);
  if (const auto date = Date::parse(text)) return instant_of(*date);
  return std::nullopt;
}

std::string from_now_text(FromNow time) {
  if (time.offset.count() == 0) return "now";
  for (const Unit& unit : kUnits)
    if (time.offset % unit.length == seconds(0))
      return fmt::format("now{:+}{}", time.offset / unit.length, unit.letter);
  return {};  // not reached: the last unit is a second
}

std::optional<FromNow> parse_from_now(std::string_view text) {
  if (!text.starts_with("now")) return std::nullopt;
  text.remove_prefix(3);
  if (text.empty()) return FromNow{};
  if (text.size() < 3 || (text.front() != '+' && text.front() != '-')) return std::nullopt;
  std::uint64_t count = 0;
  const char* const last = text.data() + text.size() - 1;
  const auto read = std::from_chars(text.data() + 1, last, count);
  if (read.ec != std::errc() || read.ptr != last) return std::nullopt;
  for (const Unit& unit : kUnits) {
    if (unit.letter != *last) continue;
    if (count > static_cast<std::uint64_t>(kFromNowMax / unit.length)) return std::nullopt;
    const seconds offset = static_cast<std::int64_t>(count) * unit.length;
    return FromNow{text.front() == '-' ? -offset : offset};
  }
  return std::nullopt;
}

}  // namespace cairn::graph::filter
