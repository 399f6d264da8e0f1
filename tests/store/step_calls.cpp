// Calls that come to one step at the same time: one does the work.
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <random>
#include <thread>

#include "store/stores.h"

namespace cairn::test {
namespace {

BOOST_AUTO_TEST_SUITE(step_calls)

BOOST_AUTO_TEST_CASE(of_threads_that_come_to_a_step_one_does_the_work) {
  static constexpr int kThreads = 8;
  for_each_store([](TestStore& store) {
    for (int round = 0; round < 10; ++round) {
      std::atomic<int> there = 0, calls = 0, repeated = 0;
      std::vector<Uuid> data(kThreads);
      std::vector<std::thread> threads;
      for (int i = 0; i < kThreads; ++i)
        threads.emplace_back([&, i] {
          Run run = store->run("argon");  // each a handle of its own
          ++there;
          const auto work = [&] {
            while (there < kThreads) std::this_thread::yield();
            return ++calls;
          };
          const auto result = run.step("relax", {{"round", round}}, work);
          data[static_cast<std::size_t>(i)] = result.data();
          if (result.recorded_before()) ++repeated;
          BOOST_TEST(result.value() == 1);
        });
      for (std::thread& thread : threads) thread.join();
      BOOST_TEST(calls == 1);
      BOOST_TEST(repeated == kThreads - 1);
      for (const Uuid& uuid : data) BOOST_TEST((uuid == data[0]));
    }
    BOOST_TEST(nodes_of(*store, "kind = calculation").size() == 10u);
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(if_the_first_fails_the_next_does_its_own_attempt) {
  static constexpr int kThreads = 6, kFailures = 3;
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    std::atomic<int> there = 0, at_work = 0, calls = 0, failed = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i)
      threads.emplace_back([&] {
        ++there;
        const auto work = [&] {
          BOOST_TEST(++at_work == 1);
          while (there < kThreads) std::this_thread::yield();
          const int call = ++calls;
          --at_work;
          return call <= kFailures ? throw std::runtime_error("no") : call;
        };
        try {
          BOOST_TEST(run.step("relax", {}, work).value() == kFailures + 1);
        } catch (const std::runtime_error& error) {
          BOOST_TEST(error.what() == std::string("no"));
          ++failed;
        }
      });
    for (std::thread& thread : threads) thread.join();
    BOOST_TEST(calls == kFailures + 1);
    BOOST_TEST(failed == kFailures);
    BOOST_TEST(run.attempts("relax", {}).size() == kFailures + 1u);
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(other_steps_are_not_held_off) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    const auto work = [&] {
      std::thread([&] {
        BOOST_TEST(run.step("relax", {{"x", 2}}, [] { return 2; }).value() == 2);
        BOOST_TEST(run.step("relax", {{"x", 1}}, [] { return 3; }, {.code_version = "2"}).value() == 3);
        BOOST_TEST(store->run("krypton").step("relax", {{"x", 1}}, [] { return 4; }).value() == 4);
      }).join();
      return 1;
    };
    BOOST_TEST(run.step("relax", {{"x", 1}}, work).value() == 1);
    BOOST_TEST(run.step("relax", {{"x", 2}}, work).value() == 2);
  });
}

BOOST_AUTO_TEST_CASE(work_that_calls_its_own_step_is_told_so) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    const auto work = [&] {
      BOOST_CHECK_EXCEPTION(run.step("relax", {}, [] { return 1; }), Error, has_code(ErrorCode::conflict, "its own work"));
      return run.step("inner", {}, [] { return 2; }).value();
    };
    BOOST_TEST(run.step("relax", {}, work).value() == 2);
  });
}

BOOST_AUTO_TEST_CASE(who_waits_can_be_told_to_stop) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    const auto work = [&] {
      std::stop_source stop;
      std::atomic<bool> there = false;
      std::thread waiting([&] {
        there = true;
        BOOST_CHECK_EXCEPTION(run.step("relax", {}, [] { return 1; }, {.stop = stop.get_token()}), Error,
                              has_code(ErrorCode::cancelled));
      });
      while (!there) std::this_thread::yield();
      stop.request_stop();
      waiting.join();  // while this call is at the step
      return 2;
    };
    BOOST_TEST(run.step("relax", {}, work).value() == 2);
    BOOST_TEST(run.attempts("relax", {}).size() == 1u);
  });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
