// Attempts at steps: how they end, how often work is tried, and what is known of it afterwards.
#include <boost/test/unit_test.hpp>

#include <thread>

#include "base/bytes.h"
#include "store/clocked.h"
#include "store/step_claim.h"
#include "store/step_recording.h"

namespace cairn::test {
namespace {

using std::chrono::seconds;

struct Broken : std::domain_error {
  using std::domain_error::domain_error;
};

// Work that fails so often, then gives how often it was called.
struct Failing {
  int* calls;
  int failures;
  int operator()() const {
    if (++*calls <= failures) throw Broken("no convergence " + std::to_string(*calls));
    return *calls;
  }
};

std::vector<std::string> ends(const Run& run, std::string_view name, const Inputs& inputs) {
  std::vector<std::string> found;
  for (const StepAttemptInfo& attempt : run.attempts(name, inputs))
    found.push_back(std::to_string(attempt.number) + " " + step_end_name(attempt.end));
  return found;
}

using Ends = std::vector<std::string>;

BOOST_AUTO_TEST_SUITE(step_attempts)

BOOST_AUTO_TEST_CASE(an_exception_is_a_failed_attempt) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    int calls = 0;
    BOOST_CHECK_THROW(run.step("relax", {{"x", 1}}, Failing{&calls, 1}, {.code_version = "v1"}), Broken);
    const auto attempts = run.attempts("relax", {{"x", 1}}, {.code_version = "v1"});
    BOOST_REQUIRE(attempts.size() == 1u);
    BOOST_TEST(attempts[0].number == 1u);
    BOOST_TEST((attempts[0].end == StepEnd::failed));
    BOOST_TEST(attempts[0].message == "no convergence 1");
    BOOST_TEST((attempts[0].begun <= attempts[0].ended));
    const Node process = store->get_node(attempts[0].process);
    BOOST_TEST((process.kind == NodeKind::calculation && process.state == NodeState::failed));
    BOOST_TEST((process.type == "step" && process.label == "relax" && process.code_version == "v1"));
    BOOST_TEST(process.exit_message == "no convergence 1");
    std::vector<std::string> links;
    for (const Link& link : store->links(process.uuid)) links.push_back(std::string(link_name(link.type)) + " " + link.label);
    std::sort(links.begin(), links.end());
    BOOST_TEST((links == std::vector<std::string>{"call step", "input x"}));
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(work_that_was_told_to_stop_is_killed) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    int calls = 0;
    const auto stop = [&]() -> int { ++calls; throw StepCancelled(); };
    const auto say_so = [&]() -> int { ++calls; throw Error(ErrorCode::cancelled, "told to stop"); };
    BOOST_CHECK_THROW(run.step("relax", {}, stop, {.attempts_max = 5}), StepCancelled);
    BOOST_CHECK_EXCEPTION(run.step("relax", {}, say_so, {.attempts_max = 5}), Error, has_code(ErrorCode::cancelled));
    BOOST_TEST(calls == 2);
    BOOST_TEST((ends(run, "relax", {}) == Ends{"1 cancelled", "2 cancelled"}));
    BOOST_TEST(nodes_of(*store, "state = killed").size() == 2u);
  });
}

BOOST_AUTO_TEST_CASE(attempts_count_over_all_calls_and_openings) {
  for_each_store([](TestStore& store) {
    std::vector<unsigned> numbers;
    Uuid process;
    const auto work = [&](StepContext& context) {
      numbers.push_back(context.attempt());
      process = context.process();
      if (numbers.size() < 4) throw Broken("not yet");
      return 7;
    };
    for (int i = 0; i < 3; ++i) {
      BOOST_CHECK_THROW(store->run("argon").step("relax", {{"x", 1}}, work), Broken);
      store.reopen();
    }
    const auto result = store->run("argon").step("relax", {{"x", 1}}, work);
    BOOST_TEST((result.process() == process));
    BOOST_TEST((numbers == std::vector<unsigned>{1, 2, 3, 4}));
    store.reopen();
    BOOST_TEST((ends(store->run("argon"), "relax", {{"x", 1}}) == Ends{"1 failed", "2 failed", "3 failed", "4 finished"}));
    BOOST_TEST(nodes_of(*store, "label = x").size() == 1u);  // one input, whatever uses it
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(a_step_that_was_done_at_once_has_one_attempt_and_one_that_was_not_has_none) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    BOOST_TEST(run.attempts("relax", {{"x", 1}}).empty());
    const auto done = run.step("relax", {{"x", 1}}, [] { return 1; });
    const auto attempts = run.attempts("relax", {{"x", 1}});
    BOOST_REQUIRE(attempts.size() == 1u);
    BOOST_TEST((attempts[0].number == 1 && attempts[0].end == StepEnd::finished && attempts[0].process == done.process()));
    BOOST_TEST(run.attempts("relax", {{"x", 2}}).empty());
    BOOST_TEST(run.attempts("relax", {{"x", 1}}, {.code_version = "2"}).empty());
  });
}

BOOST_AUTO_TEST_CASE(work_is_tried_again_after_times_that_double) {
  ClockedStore store;
  Run run = store->run("argon");
  int calls = 0;
  const auto result = run.step("relax", {{"x", 1}}, Failing{&calls, 3}, {.attempts_max = 4, .retry_after = seconds(5)});
  BOOST_TEST(result.value() == 4);
  BOOST_TEST(!result.recorded_before());
  BOOST_TEST((store.clock().waits() == std::vector<std::chrono::nanoseconds>{seconds(5), seconds(10), seconds(20)}));
  BOOST_TEST((ends(run, "relax", {{"x", 1}}) == Ends{"1 failed", "2 failed", "3 failed", "4 finished"}));
  const auto attempts = run.attempts("relax", {{"x", 1}});
  BOOST_TEST((attempts[1].begun - attempts[0].ended == seconds(5)));
  check_clean(*store);
}

BOOST_AUTO_TEST_CASE(times_that_double_do_not_overflow) {
  ClockedStore store;
  int calls = 0;
  const std::chrono::nanoseconds longest = std::chrono::nanoseconds::max() / 3;
  BOOST_CHECK_THROW(store->run("argon").step("relax", {}, Failing{&calls, 9}, {.attempts_max = 3, .retry_after = longest}), Broken);
  for (const std::chrono::nanoseconds time : store.clock().waits()) BOOST_TEST((time >= longest));
}

BOOST_AUTO_TEST_CASE(no_more_is_tried_than_the_options_say) {
  ClockedStore store;
  Run run = store->run("argon");
  int calls = 0;
  const Failing work{&calls, 100};
  BOOST_CHECK_EXCEPTION(run.step("a", {}, work, {.attempts_max = 3}), Broken,
                        [](const Broken& error) { return error.what() == std::string("no convergence 3"); });
  BOOST_TEST(calls == 3);
  const auto only_first = [&](const std::exception& error) { return error.what() == std::string("no convergence 4"); };
  BOOST_CHECK_THROW(run.step("b", {}, work, {.attempts_max = 9, .retry_if = only_first}), Broken);
  BOOST_TEST(calls == 5);
  const auto odd = [](const std::exception&) -> bool { throw std::logic_error("cannot tell"); };
  BOOST_CHECK_THROW(run.step("c", {}, work, {.attempts_max = 9, .retry_if = odd}), Broken);
  BOOST_TEST(calls == 6);
  BOOST_CHECK_THROW(run.step("d", {}, []() -> int { throw 7; }, {.attempts_max = 2}), int);
  BOOST_TEST((ends(run, "d", {}) == Ends{"1 failed", "2 failed"}));
}

BOOST_AUTO_TEST_CASE(no_attempt_is_begun_when_a_stop_is_requested) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    std::stop_source stop;
    int calls = 0;
    const auto work = [&](StepContext& context) -> int {
      ++calls;
      BOOST_TEST(!context.stop_requested());
      stop.request_stop();
      BOOST_TEST(context.stop_requested());
      throw Broken("stopped while it fails");
    };
    const StepOptions options{.attempts_max = 9, .retry_after = std::chrono::hours(24), .stop = stop.get_token()};
    BOOST_CHECK_THROW(run.step("relax", {}, work, options), Broken);
    BOOST_TEST(calls == 1);
    BOOST_CHECK_EXCEPTION(run.step("relax", {}, work, options), Error, has_code(ErrorCode::cancelled));
    BOOST_TEST(calls == 1);
    BOOST_TEST((ends(run, "relax", {}) == Ends{"1 failed"}));
  });
}

BOOST_AUTO_TEST_CASE(a_stop_ends_the_wait_for_the_next_attempt) {
  std::stop_source stop;
  std::thread stopping([&] { stop.request_stop(); });
  BOOST_TEST(!store::Clock().wait(std::chrono::hours(24 * 10'000), stop.get_token()));
  stopping.join();
  BOOST_TEST(store::Clock().wait(std::chrono::nanoseconds(1), {}));
}

BOOST_AUTO_TEST_CASE(what_the_work_throws_is_passed_on_if_it_cannot_be_recorded) {
  ClockedStore store;
  Run run = store->run("argon");
  int calls = 0;
  const auto work = [&]() -> int {
    ++calls;
    store.fail_publish();
    throw Broken("no convergence");
  };
  BOOST_CHECK_THROW(run.step("relax", {{"x", 1}}, work, {.attempts_max = 5}), Broken);
  BOOST_TEST(calls == 1);  // a store that fails is no place for more attempts
  BOOST_TEST(run.attempts("relax", {{"x", 1}}).empty());
  BOOST_TEST(run.step("relax", {{"x", 1}}, [] { return 2; }).value() == 2);
  check_clean(*store);
}

BOOST_AUTO_TEST_CASE(what_the_work_threw_is_passed_on_if_the_next_attempt_cannot_be_begun) {
  ClockedStore store;
  Run run = store->run("argon");
  int calls = 0;
  const auto fail = [&](const std::exception&) {
    store.fail_publish(2);  // behind the record of this failure
    return true;
  };
  BOOST_CHECK_THROW(run.step("relax", {}, Failing{&calls, 5}, {.at_most_once = true, .attempts_max = 5, .retry_if = fail}), Broken);
  BOOST_TEST(calls == 1);
  BOOST_TEST((ends(run, "relax", {}) == Ends{"1 failed"}));
}

BOOST_AUTO_TEST_CASE(a_result_that_cannot_be_stored_is_a_failed_attempt) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    for (const StepOptions& options : {StepOptions{}, StepOptions{.at_most_once = true}})
      BOOST_CHECK_EXCEPTION(run.step("write", {}, [] { return ArtifactId{}; }, options), Error, has_code(ErrorCode::not_found));
    BOOST_TEST((ends(run, "write", {}) == Ends{"1 failed", "2 failed"}));
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(the_last_hundred_attempts_are_kept_and_the_beginning_of_what_was_thrown) {
  ClockedStore store;
  Run run = store->run("argon");
  std::string text = "\xff" + std::string(4, '\0');
  while (text.size() < 3000) text += "\u00e9";
  const std::string valid = "x" + text.substr(5);
  int calls = 0;
  const auto work = [&]() -> int { throw Broken(++calls % 2 == 0 ? text : valid); };
  BOOST_CHECK_THROW(run.step("relax", {}, work, {.attempts_max = 130}), Broken);
  const auto attempts = run.attempts("relax", {});
  BOOST_REQUIRE(attempts.size() == 100u);
  BOOST_TEST(attempts.front().number == 31u);
  BOOST_TEST(attempts.back().number == 130u);
  BOOST_TEST(attempts[0].message == valid.substr(0, 1023));  // a character is not cut
  for (const StepAttemptInfo& attempt : attempts) {
    BOOST_TEST(attempt.message.size() <= 1024u);
    BOOST_TEST(base::is_utf8(attempt.message));
  }
  BOOST_TEST(nodes_of(*store, "state = failed").size() == 130u);
  BOOST_TEST(run.step("relax", {}, [](StepContext& context) { return context.attempt(); }).value() == 131u);
  check_clean(*store);
}

BOOST_AUTO_TEST_CASE(options_that_say_nothing_are_refused) {
  ClockedStore store;
  Run run = store->run("argon");
  int calls = 0;
  const auto refused = [&](const StepOptions& options) {
    BOOST_CHECK_EXCEPTION(run.step("relax", {}, [&] { return ++calls; }, options), Error, has_code(ErrorCode::invalid_argument));
  };
  refused({.attempts_max = 0});
  refused({.retry_after = seconds(-1)});
  refused({.lease = seconds(-1)});
  refused({.position = UINT64_MAX});
  BOOST_TEST(calls == 0);
}

BOOST_AUTO_TEST_CASE(an_attempt_that_is_recorded_twice_is_recorded_once) {
  for (const bool claimed : {false, true}) {
    ClockedStore store;
    const auto run = store.run_state("argon");
    const StepOptions options{.at_most_once = claimed};
    const std::string text = "text";
    store::StepOutcome step;
    store::resolve_step(*run, *store.state().engine().view(), "relax", {{"x", text}}, options, step);
    BOOST_TEST(!store::begin_attempt(*run, step, options));
    store::record_end(*run, step, {StepEnd::failed, "once"});
    store::record_end(*run, step, {StepEnd::failed, "twice"});
    BOOST_TEST(store->run("argon").attempts("relax", {{"x", text}}).size() == 1u);
    BOOST_CHECK_EXCEPTION(store::record_end(*run, step, {StepEnd::cancelled}), Error, has_code(ErrorCode::fenced));

    BOOST_TEST(!store::begin_attempt(*run, step, options));
    const Content content = store->put(5);
    BOOST_TEST(!store::record_step(*run, step, content, "int", 4));
    const std::size_t count = nodes_of(*store).size();
    const Uuid data = step.data, process = step.process;
    BOOST_TEST(store::record_step(*run, step, content, "int", 4));
    BOOST_TEST((step.data == data && step.process == process));
    BOOST_TEST(nodes_of(*store).size() == count);
    BOOST_TEST((ends(store->run("argon"), "relax", {{"x", text}}) == Ends{"1 failed", "2 finished"}));
    check_clean(*store);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
