// Dates, times and durations, and their text.
#include <cairn/time.h>

#include <boost/test/unit_test.hpp>

#include "random_value.h"

namespace cairn {
namespace {

using namespace std::chrono_literals;

template <class T>
bool round_trips(const T& value) {
  return T::parse(value.text()) == value;
}

template <class T>
void check_texts(std::initializer_list<const char*> texts) {
  for (const char* text : texts) {
    const auto value = T::parse(text);
    BOOST_TEST(value.has_value(), text);
    if (value) BOOST_TEST(value->text() == text);
  }
}

template <class T>
void check_refused(std::initializer_list<const char*> texts) {
  for (const char* text : texts) BOOST_TEST(!T::parse(text).has_value(), text);
}

BOOST_AUTO_TEST_SUITE(time)

BOOST_AUTO_TEST_CASE(dates_are_written_as_iso_8601_has_them) {
  check_texts<Date>({"1970-01-01", "2024-02-29", "0000-12-31", "-0001-01-01", "9999-12-31", "+10000-01-01",
                     "+32767-12-31", "-32767-01-01"});
  check_refused<Date>({"", "2023-02-29", "2024-13-01", "2024-1-01", "24-01-01", "2024-01-01 ", "+32768-01-01",
                       "12345-01-01", "2024/01/01"});
  BOOST_TEST(Date::parse("1969-12-31")->day.time_since_epoch().count() == -1);
  BOOST_TEST(!(Date{std::chrono::sys_days(std::chrono::days(20'000'000))}.is_valid()));
}

BOOST_AUTO_TEST_CASE(times_of_day_keep_their_zone_or_have_none) {
  check_texts<TimeOfDay>({"00:00:00", "23:59:59.999999999", "12:30:00.5+01:00", "12:30:00-05:30", "12:30:00[Europe/Paris]",
                          "12:30:00+00:00[UTC]", "12:30:00-23:59:59.5"});
  check_refused<TimeOfDay>({"24:00:00", "12:60:00", "12:30", "12:30:00.", "12:30:00.0000000001", "12:30:00+24:00",
                            "12:30:00[]", "12:30:00[a]b", "12:30:00[a b]", "12:30:00+01:00Z", "12:30:00[Europe"});
  BOOST_TEST(TimeOfDay::parse("12:30:00Z")->text() == "12:30:00+00:00");
}

BOOST_AUTO_TEST_CASE(a_date_and_time_keeps_the_clock_on_the_wall) {
  check_texts<DateTime>({"2022-07-08T00:14:07+01:00[Europe/London]", "1969-12-31T23:59:59.5", "-0044-03-15T12:00:00",
                         "9999-12-31T23:59:59.999999999+14:00"});
  check_refused<DateTime>({"2022-07-08", "2022-07-08 00:14:07", "2022-07-08T00:14", "2022-02-30T00:00:00"});
  const DateTime before = *DateTime::parse("1969-12-31T23:59:59.5");
  BOOST_TEST(before.local.time_since_epoch().count() == -1);
  BOOST_TEST((before.subsecond == 500ms));
  // One instant, seen from two zones: two values.
  BOOST_TEST((DateTime::parse("2024-01-01T00:00:00+00:00") != DateTime::parse("2024-01-01T01:00:00+01:00")));
}

BOOST_AUTO_TEST_CASE(durations_are_exact_both_ways) {
  check_texts<Duration>({"PT0S", "PT1.5S", "-PT0.25S", "-PT1S", "PT999999999999999999.999999999S", "-PT86400S"});
  check_refused<Duration>({"", "PT", "PTS", "1S", "PT1", "PT1.S", "P1D", "PT-1S", "PT1000000000000000000S"});
  const Duration quarter = *Duration::parse("-PT0.25S");
  BOOST_TEST((quarter.seconds == -1s));
  BOOST_TEST((quarter.subsecond == 750ms));
}

BOOST_AUTO_TEST_CASE(what_is_out_of_range_is_not_valid) {
  BOOST_TEST(!(TimeOfDay{24h, {}}.is_valid()));
  BOOST_TEST(!(TimeOfDay{-1ns, {}}.is_valid()));
  BOOST_TEST(!(DateTime{{}, 1s, {}}.is_valid()));
  BOOST_TEST(!(Duration{0s, -1ns}.is_valid()));
  BOOST_TEST(!(Zone{24h, ""}.is_valid()));
  for (const std::string& name : {std::string(256, 'z'), std::string("a]"), std::string("a b"), std::string("\xc3\xa9")})
    BOOST_TEST(!(Zone{{}, name}.is_valid()), name);
}

BOOST_AUTO_TEST_CASE(every_time_is_read_back_from_its_text) {
  test::RandomValue random(3);
  int seen = 0;
  for (int i = 0; i < 20'000; ++i) {
    const Value value = random(0);
    if (const auto* date = value.get_if<Date>()) BOOST_REQUIRE(round_trips(*date));
    else if (const auto* clock = value.get_if<TimeOfDay>()) BOOST_REQUIRE(round_trips(*clock));
    else if (const auto* both = value.get_if<DateTime>()) BOOST_REQUIRE(round_trips(*both));
    else if (const auto* duration = value.get_if<Duration>()) BOOST_REQUIRE(round_trips(*duration));
    else continue;
    ++seen;
  }
  BOOST_TEST(seen > 2000);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn
