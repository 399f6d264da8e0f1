// The pace of long work: with a clock that the test sets.
#include "base/care_pace.h"

#include <boost/test/unit_test.hpp>

#include <cmath>

namespace cairn::base {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

CareProgress read(std::uint64_t bytes, std::uint64_t total) {
  return {.stage = "read", .done = bytes / 10, .total = total / 10, .bytes = bytes, .bytes_total = total};
}

// In seconds; less than 0 if it is not told.
double left(const CareProgress& progress) {
  return progress.time_left ? std::chrono::duration<double>(*progress.time_left).count() : -1;
}

BOOST_AUTO_TEST_SUITE(care_pace)

BOOST_AUTO_TEST_CASE(rate_and_time_left_follow_from_the_bytes) {
  CarePace pace;
  pace.at(seconds(100), read(0, 10'000));
  const CareProgress told = pace.at(seconds(104), read(2'000, 10'000));
  BOOST_TEST(told.bytes_per_second == 500);
  BOOST_TEST(left(told) == 16);
  BOOST_TEST(told.stage == "read");
  BOOST_TEST(told.done == 200u);
  BOOST_TEST(told.bytes_total == 10'000u);
}

BOOST_AUTO_TEST_CASE(nothing_is_told_in_the_first_second) {
  CarePace pace;
  for (const nanoseconds now : {nanoseconds(0), nanoseconds(milliseconds(999))}) {
    const CareProgress told = pace.at(now, read(static_cast<std::uint64_t>(now.count()), 1'000'000'000'000));
    BOOST_TEST(told.bytes_per_second == 0);
    BOOST_TEST(left(told) == -1);
  }
  BOOST_TEST(pace.at(seconds(1), read(5'000, 10'000)).bytes_per_second == 5'000);
}

BOOST_AUTO_TEST_CASE(what_was_long_ago_counts_no_more) {
  CarePace pace;
  for (int second = 0; second <= 60; ++second) pace.at(seconds(second), read(static_cast<std::uint64_t>(second) * 1000, 1'000'000));
  CareProgress told;
  for (int second = 61; second <= 90; ++second)
    told = pace.at(seconds(second), read(60'000 + static_cast<std::uint64_t>(second - 60) * 10, 1'000'000));
  BOOST_TEST(told.bytes_per_second == 10);
  BOOST_TEST(left(told) == (1'000'000 - 60'300) / 10.0);
}

BOOST_AUTO_TEST_CASE(many_calls_in_a_second_change_nothing) {
  CarePace pace;
  CareProgress told;
  for (std::uint64_t i = 0; i <= 30'000; ++i) told = pace.at(milliseconds(i), read(i * 7, 7 * 60'000));
  BOOST_TEST(std::abs(told.bytes_per_second - 7'000) < 1);
  BOOST_TEST(std::abs(left(told) - 30) < 0.01);
}

BOOST_AUTO_TEST_CASE(without_bytes_the_parts_tell_what_is_left) {
  CarePace pace;
  pace.at(seconds(0), {.stage = "records", .done = 0, .total = 4});
  const CareProgress told = pace.at(seconds(3), {.stage = "records", .done = 1, .total = 4});
  BOOST_TEST(told.bytes_per_second == 0);
  BOOST_TEST(left(told) == 9);
}

BOOST_AUTO_TEST_CASE(without_a_total_nobody_knows_what_is_left) {
  CarePace pace;
  pace.at(seconds(0), {.stage = "blobs"});
  const CareProgress told = pace.at(seconds(2), {.stage = "blobs", .done = 64, .bytes = 64});
  BOOST_TEST(told.bytes_per_second == 32);
  BOOST_TEST(left(told) == -1);
}

BOOST_AUTO_TEST_CASE(another_stage_begins_anew) {
  CarePace pace;
  pace.at(seconds(0), read(0, 10'000));
  pace.at(seconds(5), read(10'000, 10'000));
  BOOST_TEST(left(pace.at(seconds(6), {.stage = "move", .done = 1, .total = 9, .bytes = 1})) == -1);
  BOOST_TEST(left(pace.at(seconds(8), {.stage = "move", .done = 3, .total = 9, .bytes = 3})) == 6);
}

BOOST_AUTO_TEST_CASE(what_stands_still_has_no_end_and_what_is_done_has_nothing_left) {
  CarePace pace;
  CareProgress told;
  for (int second = 0; second <= 20; ++second) told = pace.at(seconds(second), read(second == 0 ? 0 : 50, 100));
  BOOST_TEST(told.bytes_per_second == 0);
  BOOST_TEST(left(told) == -1);
  BOOST_TEST(left(pace.at(seconds(21), read(100, 100))) == 0);
  BOOST_TEST(left(pace.at(seconds(22), read(120, 100))) == 0);  // more came than was planned
  BOOST_TEST(pace.at(seconds(33), read(90, 100)).bytes_per_second == 0);
}

BOOST_AUTO_TEST_CASE(the_text_says_what_can_be_told) {
  CareProgress progress{.stage = "read"};
  BOOST_TEST(pace_text(progress) == "");
  progress.bytes_per_second = 12.5 * 1024 * 1024;
  BOOST_TEST(pace_text(progress) == "12.5 MiB/s");
  progress.time_left = milliseconds(79'200);
  BOOST_TEST(pace_text(progress) == "12.5 MiB/s, 1 min 20 s left");
  progress.bytes_per_second = 0;
  const std::pair<std::chrono::seconds, const char*> times[] = {{seconds(0), "0 s left"},
                                                                {seconds(59), "59 s left"},
                                                                {seconds(3599), "59 min 59 s left"},
                                                                {seconds(3660), "1 h 1 min left"},
                                                                {seconds(90'000), "1 d 1 h left"}};
  for (const auto& [time, text] : times) {
    progress.time_left = time;
    BOOST_TEST(pace_text(progress) == text);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::base
