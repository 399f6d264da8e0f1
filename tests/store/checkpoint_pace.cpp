// When the next checkpoint is due: with times that are given, not measured.
#include "store/checkpoint_pace.h"

#include <boost/test/unit_test.hpp>

#include <limits>

#include "store/stores.h"

namespace cairn::test {
namespace {

using store::CheckpointPace;
using namespace std::chrono_literals;

const CheckpointPace::Clock::time_point kStart = CheckpointPace::Clock::time_point() + 1h;

BOOST_AUTO_TEST_SUITE(checkpoint_pace)

BOOST_AUTO_TEST_CASE(without_a_schedule_none_is_due) {
  const CheckpointPace pace(kStart);
  BOOST_TEST(!pace.is_due(1'000'000, kStart + 24h, {}));
}

BOOST_AUTO_TEST_CASE(steps_are_counted_from_the_last_checkpoint) {
  CheckpointPace pace(kStart);
  const CheckpointSchedule schedule{.every_steps = 10};
  BOOST_TEST(!pace.is_due(9, kStart, schedule));
  BOOST_TEST(pace.is_due(10, kStart, schedule));
  pace.add(12, kStart, 1s);
  BOOST_TEST(!pace.is_due(21, kStart, schedule));
  BOOST_TEST(pace.is_due(22, kStart, schedule));
  pace.start_at(100);  // as a restart does
  BOOST_TEST(!pace.is_due(109, kStart, schedule));
  BOOST_TEST(pace.is_due(110, kStart, schedule));
  pace.start_at(std::numeric_limits<std::int64_t>::min());
  BOOST_TEST(pace.is_due(std::numeric_limits<std::int64_t>::max(), kStart, schedule));
}

BOOST_AUTO_TEST_CASE(time_is_counted_from_the_last_checkpoint_or_the_beginning) {
  CheckpointPace pace(kStart);
  const CheckpointSchedule schedule{.every = 60s};
  BOOST_TEST(!pace.is_due(1, kStart + 59s, schedule));
  BOOST_TEST(pace.is_due(1, kStart + 60s, schedule));
  pace.add(1, kStart + 70s, 10s);
  BOOST_TEST(!pace.is_due(2, kStart + 129s, schedule));
  BOOST_TEST(pace.is_due(2, kStart + 130s, schedule));
}

BOOST_AUTO_TEST_CASE(checkpoints_cost_no_more_than_their_part_of_the_time) {
  CheckpointPace pace(kStart);
  const CheckpointSchedule schedule{.cost_max = 0.02};
  BOOST_TEST(pace.is_due(1, kStart, schedule));  // what one costs is not known before
  pace.add(1, kStart + 2s, 1s);
  BOOST_TEST(!pace.is_due(2, kStart + 50s, schedule));  // 1 of 49 s
  BOOST_TEST(pace.is_due(2, kStart + 51s, schedule));   // 1 of 50 s
  pace.add(2, kStart + 60s, 3s);                        // 2 s on average
  BOOST_TEST(!pace.is_due(3, kStart + 157s, schedule));
  BOOST_TEST(pace.is_due(3, kStart + 158s, schedule));
  BOOST_TEST(pace.is_due(3, kStart + 60s, {.cost_max = 1.0}));
}

BOOST_AUTO_TEST_CASE(one_is_due_as_soon_as_one_rule_says_so) {
  const CheckpointPace pace(kStart);
  BOOST_TEST(pace.is_due(10, kStart, {.every_steps = 10, .every = 60s}));
  BOOST_TEST(pace.is_due(1, kStart + 60s, {.every_steps = 10, .every = 60s}));
  BOOST_TEST(!pace.is_due(1, kStart, {.every_steps = 10, .every = 60s}));
}

BOOST_AUTO_TEST_CASE(a_schedule_that_makes_no_sense_is_refused) {
  const CheckpointPace pace(kStart);
  for (const CheckpointSchedule& wrong :
       {CheckpointSchedule{.every_steps = 0}, {.every_steps = -1}, {.every = -1ns}, {.cost_max = 0.0}, {.cost_max = -1.0},
        {.cost_max = 1.5}, {.cost_max = std::numeric_limits<double>::quiet_NaN()}})
    BOOST_CHECK_EXCEPTION(pace.is_due(1, kStart, wrong), Error, has_code(ErrorCode::invalid_argument));
}

BOOST_AUTO_TEST_CASE(a_run_counts_its_own_checkpoints_also_without_a_handle) {
  for_each_store([](TestStore& store) {
    const CheckpointSchedule steps{.every_steps = 10}, cost{.cost_max = 1e-9};
    BOOST_TEST(store->run("argon").should_checkpoint(10, steps));
    BOOST_TEST(store->run("argon").should_checkpoint(1, cost));
    store->run("argon").checkpoint(10).save("state", 1).commit();
    BOOST_TEST(!store->run("argon").should_checkpoint(19, steps));
    BOOST_TEST(store->run("argon").should_checkpoint(20, steps));
    BOOST_TEST(!store->run("argon").should_checkpoint(11, cost));
    store->run("argon").checkpoint(20).save("state", 2).commit_async().get();
    BOOST_TEST(!store->run("argon").should_checkpoint(29, steps));
    BOOST_TEST(store->run("neon").should_checkpoint(20, steps));
    store.reopen();
    if (!store.on_disk()) return;
    BOOST_TEST(store->run("argon").restart<int>("state").value() == 2);
    BOOST_TEST(!store->run("argon").should_checkpoint(29, steps));
  });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
