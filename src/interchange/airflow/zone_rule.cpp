#include "interchange/airflow/zone_rule.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdint>

namespace cairn::interchange::airflow {
namespace {

using std::chrono::days;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::sys_seconds;

/// Takes a rule apart from left to right; what is missing makes it none.
class RuleReader {
 public:
  explicit RuleReader(std::string_view text) : rest_(text) {}

  bool at_end() const { return rest_.empty(); }
  bool take(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  bool name() {
    const bool is_quoted = take('<');
    std::size_t size = 0;
    while (size < rest_.size() && (is_quoted ? rest_[size] != '>' : std::isalpha(static_cast<unsigned char>(rest_[size])) != 0))
      ++size;
    rest_.remove_prefix(size);
    return size >= 3 && (!is_quoted || take('>'));
  }

  std::optional<int> number(int most) {
    int number = 0;
    const auto read = std::from_chars(rest_.data(), rest_.data() + rest_.size(), number);
    if (read.ec != std::errc() || number < 0 || number > most || rest_.starts_with('-')) return std::nullopt;
    rest_.remove_prefix(static_cast<std::size_t>(read.ptr - rest_.data()));
    return number;
  }

  // hh[:mm[:ss]]
  std::optional<seconds> clock() {
    const bool is_negative = take('-');
    if (!is_negative) take('+');
    int total = 0;
    for (const int unit : {3600, 60, 1}) {
      if (unit != 3600 && !take(':')) break;
      const auto part = number(unit == 3600 ? 167 : 59);
      if (!part) return std::nullopt;
      total += *part * unit;
    }
    return seconds(is_negative ? -total : total);
  }

 private:
  std::string_view rest_;
};

/// When clocks change, each year: by the clock on the wall before.
struct Change {
  char form = 'M';  // M month.week.day, J day of the year without 29 February, or 'd' day from 0
  int month = 0, week = 0, day = 0;
  seconds clock{7200};

  sys_seconds in(std::chrono::year year) const {
    const sys_days first = year / 1 / 1;
    if (form == 'd') return first + days(day) + clock;
    if (form == 'J') return first + days(day - 1 + (year.is_leap() && day >= 60 ? 1 : 0)) + clock;
    const auto in_month = year / std::chrono::month(static_cast<unsigned>(month));
    const std::chrono::weekday weekday(static_cast<unsigned>(day));
    if (week == 5) return sys_days(in_month / weekday[std::chrono::last]) + clock;
    return sys_days(in_month / weekday[static_cast<unsigned>(week)]) + clock;
  }
};

std::optional<Change> read_change(RuleReader& in) {
  Change change;
  std::optional<int> month, week, day;
  if (!in.take(',')) return std::nullopt;
  if (in.take('M')) {
    month = in.number(12);
    if (!month || *month == 0 || !in.take('.')) return std::nullopt;
    week = in.number(5);
    if (!week || *week == 0 || !in.take('.')) return std::nullopt;
    day = in.number(6);
    change.month = *month;
    change.week = *week;
  } else {
    change.form = in.take('J') ? 'J' : 'd';
    day = in.number(365);
    if (change.form == 'J' && day == 0) return std::nullopt;
  }
  if (!day) return std::nullopt;
  change.day = *day;
  if (in.take('/')) {
    const auto clock = in.clock();
    if (!clock) return std::nullopt;
    change.clock = *clock;
  }
  return change;
}

}  // namespace

std::optional<seconds> offset_by_rule(std::string_view rule, sys_seconds at) {
  RuleReader in(rule);
  if (!in.name()) return std::nullopt;
  const auto west = in.clock();
  if (!west) return std::nullopt;
  const seconds standard = -*west;
  if (in.at_end()) return standard;
  if (!in.name()) return std::nullopt;
  seconds summer = standard + std::chrono::hours(1);
  RuleReader before = in;
  if (const auto given = in.clock())
    summer = -*given;
  else
    in = before;
  const auto begin = read_change(in), end = begin ? read_change(in) : std::nullopt;
  if (!end || !in.at_end()) return std::nullopt;
  const std::chrono::year year = std::chrono::year_month_day(std::chrono::floor<days>(at + standard)).year();
  const sys_seconds from = begin->in(year) - standard, to = end->in(year) - summer;
  const bool is_summer = from < to ? at >= from && at < to : at >= from || at < to;
  return is_summer ? summer : standard;
}

}  // namespace cairn::interchange::airflow
