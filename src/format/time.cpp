// The text forms of dates, times and durations.
#include <cairn/time.h>

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

namespace cairn {

namespace {

using namespace std::chrono_literals;
using std::chrono::local_days;
using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;
constexpr std::int64_t kSecondsMax = 1'000'000'000'000'000'000;
constexpr std::size_t kZoneNameMax = 255;
constexpr std::chrono::sys_days kFirstDay = std::chrono::year::min() / 1 / 1;
constexpr std::chrono::sys_days kLastDay = std::chrono::year::max() / 12 / 31;

bool is_subsecond(nanoseconds value) { return value >= 0ns && value < 1s; }

// ".5", or nothing for a whole second.
std::string fraction_text(nanoseconds subsecond) {
  if (subsecond == 0ns) return {};
  std::string text = fmt::format(".{:09}", subsecond.count());
  text.erase(text.find_last_not_of('0') + 1);
  return text;
}

// "HH:MM:SS.f"; the seconds are left out if there are none and `short_form`.
std::string clock_text(nanoseconds time, bool short_form) {
  const auto whole = std::chrono::duration_cast<seconds>(time);
  const std::int64_t total = whole.count();
  std::string text = fmt::format("{:02}:{:02}", total / 3600, total / 60 % 60);
  if (short_form && time % 1min == 0ns) return text;
  return text + fmt::format(":{:02}", total % 60) + fraction_text(time - whole);
}

// Takes a text apart from the left; once something did not fit, nothing does.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : rest_(text) {}

  bool at_end() const { return fits_ && rest_.empty(); }
  bool starts_with(char c) const { return fits_ && rest_.starts_with(c); }
  bool take_if(char c) {
    if (!starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void take(char c) { fits_ = take_if(c); }

  // Between `least` and `most` digits.
  std::int64_t take_number(std::size_t least, std::size_t most) {
    const std::size_t count = std::min(rest_.find_first_not_of("0123456789"), rest_.size());
    if (!fits_ || count < least || count > most) return fits_ = false, 0;
    std::int64_t number = 0;
    for (const char digit : rest_.substr(0, count)) number = number * 10 + (digit - '0');
    rest_.remove_prefix(count);
    return number;
  }
  // Exactly two digits, at most `most`.
  std::int64_t take_two(std::int64_t most) {
    const std::int64_t number = take_number(2, 2);
    if (number > most) fits_ = false;
    return number;
  }
  nanoseconds take_fraction() {
    if (!take_if('.')) return 0ns;
    const std::size_t before = rest_.size();
    std::int64_t number = take_number(1, 9);
    for (std::size_t digits = before - rest_.size(); digits < 9; ++digits) number *= 10;
    return nanoseconds(number);
  }
  std::string_view take_until(char end) {
    const std::size_t at = rest_.find(end);
    if (!fits_ || at == std::string_view::npos) return fits_ = false, std::string_view();
    const std::string_view taken = rest_.substr(0, at);
    rest_.remove_prefix(at + 1);
    return taken;
  }
  void refuse() { fits_ = false; }

 private:
  std::string_view rest_;
  bool fits_ = true;
};

nanoseconds take_clock(Cursor& in, bool short_form) {
  const std::int64_t hours = in.take_two(23);
  in.take(':');
  const std::int64_t minutes = in.take_two(59);
  nanoseconds time = std::chrono::hours(hours) + std::chrono::minutes(minutes);
  if (short_form && !in.starts_with(':')) return time;
  in.take(':');
  time += seconds(in.take_two(59));
  return time + in.take_fraction();
}

Zone take_zone(Cursor& in) {
  Zone zone;
  if (in.take_if('Z')) {
    zone.offset = 0ns;
  } else if (in.starts_with('+') || in.starts_with('-')) {
    const bool is_west = in.take_if('-');
    if (!is_west) in.take('+');
    const nanoseconds offset = take_clock(in, true);
    zone.offset = is_west ? -offset : offset;
  }
  if (in.take_if('[')) {
    zone.name = in.take_until(']');
    if (zone.name.empty()) in.refuse();
  }
  return zone;
}

std::chrono::sys_days take_date(Cursor& in) {
  const bool is_negative = in.starts_with('-'), is_signed = is_negative || in.starts_with('+');
  if (is_signed) in.take(is_negative ? '-' : '+');
  const auto year = static_cast<int>(in.take_number(4, is_signed ? 5 : 4));
  in.take('-');
  const auto month = static_cast<unsigned>(in.take_two(12));
  in.take('-');
  const auto day = static_cast<unsigned>(in.take_two(31));
  if (year > static_cast<int>(std::chrono::year::max())) in.refuse();
  const std::chrono::year_month_day date{std::chrono::year(is_negative ? -year : year), std::chrono::month(month),
                                         std::chrono::day(day)};
  if (!date.ok()) in.refuse();
  return date.ok() ? std::chrono::sys_days(date) : std::chrono::sys_days();
}

template <class T>
std::optional<T> whole(const Cursor& in, T value) {
  return in.at_end() && value.is_valid() ? std::optional(std::move(value)) : std::nullopt;
}

}  // namespace

// ---- Date ----

bool Date::is_valid() const { return day >= kFirstDay && day <= kLastDay; }

std::string Date::text() const {
  const std::chrono::year_month_day date(day);
  const auto year = static_cast<int>(date.year());
  return fmt::format("{}{:04}-{:02}-{:02}", year < 0 ? "-" : year > 9999 ? "+" : "", year < 0 ? -year : year,
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

std::optional<Date> Date::parse(std::string_view text) {
  Cursor in(text);
  const Date date{take_date(in)};
  return whole(in, date);
}

// ---- Zone ----

bool Zone::is_valid() const {
  const auto fits = [](char c) { return c > ' ' && c < 0x7f && c != '[' && c != ']'; };
  return name.size() <= kZoneNameMax && std::all_of(name.begin(), name.end(), fits) &&
         (!offset || (*offset > -24h && *offset < 24h));
}

std::string Zone::text() const {
  std::string text;
  if (offset) text = (*offset < 0ns ? '-' : '+') + clock_text(*offset < 0ns ? -*offset : *offset, true);
  if (!name.empty()) text += "[" + name + "]";
  return text;
}

// ---- TimeOfDay ----

bool TimeOfDay::is_valid() const { return since_midnight >= 0ns && since_midnight < 24h && zone.is_valid(); }

std::string TimeOfDay::text() const { return clock_text(since_midnight, false) + zone.text(); }

std::optional<TimeOfDay> TimeOfDay::parse(std::string_view text) {
  Cursor in(text);
  TimeOfDay time{take_clock(in, false), {}};
  time.zone = take_zone(in);
  return whole(in, std::move(time));
}

// ---- DateTime ----

bool DateTime::is_valid() const {
  const auto day = std::chrono::floor<std::chrono::days>(local);
  return Date{std::chrono::sys_days(day.time_since_epoch())}.is_valid() && is_subsecond(subsecond) && zone.is_valid();
}

std::string DateTime::text() const {
  const auto day = std::chrono::floor<std::chrono::days>(local);
  return Date{std::chrono::sys_days(day.time_since_epoch())}.text() + "T" + clock_text(local - day + subsecond, false) +
         zone.text();
}

std::optional<DateTime> DateTime::parse(std::string_view text) {
  Cursor in(text);
  const local_days day(take_date(in).time_since_epoch());
  in.take('T');
  const nanoseconds clock = take_clock(in, false);
  const auto whole_seconds = std::chrono::duration_cast<seconds>(clock);
  DateTime time{day + whole_seconds, clock - whole_seconds, {}};
  time.zone = take_zone(in);
  return whole(in, std::move(time));
}

// ---- Duration ----

bool Duration::is_valid() const {
  return seconds.count() > -kSecondsMax && seconds.count() < kSecondsMax && is_subsecond(subsecond);
}

std::string Duration::text() const {
  if (seconds >= 0s) return fmt::format("PT{}{}S", seconds.count(), fraction_text(subsecond));
  // Towards zero: -0.25 s is kept as -1 s and 0.75 s.
  const bool borrows = subsecond != 0ns;
  const auto magnitude = -static_cast<std::uint64_t>(seconds.count()) - (borrows ? 1 : 0);
  return fmt::format("-PT{}{}S", magnitude, fraction_text(borrows ? nanoseconds(kNanosecondsPerSecond) - subsecond : 0ns));
}

std::optional<Duration> Duration::parse(std::string_view text) {
  Cursor in(text);
  const bool is_negative = in.take_if('-');
  in.take('P');
  in.take('T');
  const std::string_view digits = in.take_until('S');
  Cursor number(digits);
  const std::int64_t count = number.take_number(1, 18);
  const nanoseconds subsecond = number.take_fraction();
  if (!number.at_end()) return std::nullopt;
  Duration duration{std::chrono::seconds(count), subsecond};
  if (is_negative) {
    duration = {std::chrono::seconds(-count), 0ns};
    if (subsecond != 0ns) duration = {duration.seconds - 1s, 1s - subsecond};
  }
  return whole(in, duration);
}

}  // namespace cairn
