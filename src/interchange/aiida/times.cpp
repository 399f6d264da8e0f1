#include "interchange/aiida/times.h"

#include <cairn/time.h>

#include <fmt/format.h>

#include <chrono>

namespace cairn::interchange::aiida {
namespace {

using std::chrono::microseconds;

// Since the epoch, in UTC.
std::optional<microseconds> microseconds_of(std::string_view text) {
  std::string other(text);
  if (const auto blank = other.find(' '); blank != std::string::npos) other[blank] = 'T';
  const auto time = DateTime::parse(other);
  if (!time || !time->zone.name.empty()) return {};
  const auto offset = time->zone.offset.value_or(std::chrono::nanoseconds(0));
  return std::chrono::floor<microseconds>(time->local.time_since_epoch()) +
         std::chrono::floor<microseconds>(time->subsecond - offset);
}

std::string text_of(microseconds since_epoch) {
  const std::chrono::sys_time<microseconds> moment(since_epoch);
  const auto day = std::chrono::floor<std::chrono::days>(moment);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(moment - day);
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}.{:06}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count(), clock.subseconds().count());
}

}  // namespace

std::optional<std::string> time_text(std::string_view text) {
  const auto time = microseconds_of(text);
  if (!time) return {};
  return text_of(*time);
}

std::string time_text(Timestamp time) { return text_of(std::chrono::floor<microseconds>(time.time_since_epoch())); }

std::optional<Timestamp> parse_time_text(std::string_view text) {
  const auto time = microseconds_of(text);
  constexpr microseconds kMost = std::chrono::floor<microseconds>(std::chrono::nanoseconds::max());
  if (!time || *time > kMost || *time < -kMost) return {};
  return Timestamp(std::chrono::nanoseconds(*time));
}

}  // namespace cairn::interchange::aiida
