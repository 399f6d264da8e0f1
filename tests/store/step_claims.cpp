// Claims on steps: work that is done at most once, and work that others may take over.
#include <boost/test/unit_test.hpp>

#include "base/process.h"
#include "store/clocked.h"
#include "store/damage.h"
#include "store/step_claim.h"
#include "store/step_recording.h"

namespace cairn::test {
namespace {

using std::chrono::minutes;

const StepOptions kOnce{.at_most_once = true};
const StepOptions kLease{.lease = minutes(1)};

// Gives the number of its attempt.
constexpr auto kNumber = [](StepContext& context) { return context.attempt(); };

// Another handle of the same run, as another process would have it.
std::shared_ptr<store::RunState> other_handle(ClockedStore& store, store::RunState& run) {
  const auto view = store.state().engine().view();
  return std::make_shared<store::RunState>(run.store(), run.cell(), view->cell(run.cell()).epoch + 1,
                                           store.state().run_record(*view, run.cell()));
}

BOOST_AUTO_TEST_SUITE(step_claims)

BOOST_AUTO_TEST_CASE(the_intent_is_there_before_the_work_is_begun) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    for (const StepOptions& options : {kOnce, kLease}) {
      const auto work = [&](StepContext& context) {
        const Node process = store->get_node(context.process());
        BOOST_TEST((process.state == NodeState::running && process.label == "relax"));
        BOOST_TEST(store->links(process.uuid).size() == 2u);
        return 1;
      };
      const std::string version = options.at_most_once ? "once" : "lease";
      StepOptions versioned = options;
      versioned.code_version = version;
      const auto done = run.step("relax", {{"x", 1}}, work, versioned);
      BOOST_TEST((store->get_node(done.process()).state == NodeState::finished));
      BOOST_TEST(run.attempts("relax", {{"x", 1}}, {.code_version = version}).size() == 1u);
      BOOST_TEST(run.step("relax", {{"x", 1}}, work, versioned).recorded_before());
    }
    BOOST_TEST(nodes_of(*store, "kind = calculation").size() == 2u);
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(nothing_is_left_of_a_claim_whose_first_attempt_gave_the_result) {
  ClockedStore store;
  Run run = store->run("argon");
  run.step("a", {{"x", 1}}, kNumber, kOnce);
  run.step("b", {{"x", 1}}, kNumber, kLease);
  BOOST_TEST(store.rows("argon", format::row::kAttempt).empty());
}

BOOST_AUTO_TEST_CASE(what_did_not_end_is_interrupted_and_not_done_again) {
  ClockedStore store;
  leave_open(store, "argon", "relax", kOnce);
  Run run = store->run("argon");
  int calls = 0;
  const auto work = [&] { return ++calls; };
  for (const StepOptions& options : {kOnce, kOnce, StepOptions{}, kLease})  // the intent says it, whoever comes
    BOOST_CHECK_EXCEPTION(run.step("relax", {{"x", 1}}, work, options), Error,
                          has_code(ErrorCode::interrupted, "step relax of run argon: attempt 1 was begun 2023-11-14"));
  BOOST_TEST(calls == 0);
  const auto attempts = run.attempts("relax", {{"x", 1}});
  BOOST_REQUIRE(attempts.size() == 1u);
  BOOST_TEST((attempts[0].end == StepEnd::interrupted));
  BOOST_TEST(attempts[0].message.find(base::host_name()) != std::string::npos);
  BOOST_TEST((store->get_node(attempts[0].process).state == NodeState::killed));
  check_clean(*store);

  StepOptions again = kOnce;
  again.retry_interrupted = true;
  BOOST_TEST(run.step("relax", {{"x", 1}}, kNumber, again).value() == 2u);
  BOOST_TEST(run.step("relax", {{"x", 1}}, kNumber, kOnce).value() == 2u);
  BOOST_TEST(run.attempts("relax", {{"x", 1}}).size() == 2u);
  check_clean(*store);
}

BOOST_AUTO_TEST_CASE(work_that_failed_was_done_and_may_be_done_again) {
  ClockedStore store;
  Run run = store->run("argon");
  int calls = 0;
  const auto work = [&] { return ++calls < 3 ? throw std::runtime_error("no") : calls; };
  BOOST_CHECK_THROW(run.step("relax", {}, work, kOnce), std::runtime_error);
  StepOptions twice = kOnce;
  twice.attempts_max = 2;
  BOOST_TEST(run.step("relax", {}, work, twice).value() == 3);
  BOOST_TEST(run.attempts("relax", {}).size() == 3u);
  check_clean(*store);
}

BOOST_AUTO_TEST_CASE(who_wants_it_once_does_not_do_what_another_left_open) {
  ClockedStore store;
  leave_open(store, "argon", "relax", kLease);
  Run run = store->run("argon");
  BOOST_CHECK_EXCEPTION(run.step("relax", {{"x", 1}}, kNumber, kOnce), Error, has_code(ErrorCode::interrupted));
  BOOST_TEST(run.step("relax", {{"x", 1}}, kNumber, kLease).value() == 2u);
}

BOOST_AUTO_TEST_CASE(a_damaged_result_of_work_that_is_done_once_is_not_made_again) {
  on_disk([](TestStore& store) {
    int calls = 0;
    const auto work = [&] { return ++calls, particles(3); };
    store->run("argon").step("make", {}, work, kOnce);
    store.close();
    damage_blob(store.path(), Store::in_memory().put(particles(3)).digest);
    store.reopen();
    BOOST_CHECK_EXCEPTION(store->run("argon").step("make", {}, work, kOnce), Error, has_code(ErrorCode::damaged, "at most once"));
    BOOST_TEST(calls == 1);
    StepOptions again = kOnce;
    again.retry_interrupted = true;
    BOOST_TEST((store->run("argon").step("make", {}, work, again).value() == particles(3)));
    BOOST_TEST(calls == 2);
  });
}

BOOST_AUTO_TEST_CASE(who_comes_while_a_lease_runs_is_told_who_has_it) {
  ClockedStore store;
  leave_open(store, "argon", "relax", kLease);
  store.edit_claim("argon", [](format::StepClaim& claim) { claim.owner = {"far.example", "boot", 4711, 12}; });
  Run run = store->run("argon");
  int calls = 0;
  for (const StepOptions& options : {StepOptions{}, kOnce, kLease, StepOptions{.reuse = true}})
    BOOST_CHECK_EXCEPTION(run.step("relax", {{"x", 1}}, [&] { return ++calls; }, options), Error,
                          has_code(ErrorCode::conflict, "host far.example, process 4711"));
  BOOST_TEST(calls == 0);
  BOOST_TEST(run.step("relax", {{"x", 2}}, [&] { return ++calls; }).value() == 1);  // which is another step
}

BOOST_AUTO_TEST_CASE(a_lease_that_has_run_out_is_taken_over_with_the_next_number) {
  ClockedStore store;
  leave_open(store, "argon", "relax", kLease);
  store.edit_claim("argon", [](format::StepClaim& claim) { claim.owner.host = "far.example"; });
  Run run = store->run("argon");
  store.clock().move(minutes(1) - std::chrono::nanoseconds(1));
  BOOST_CHECK_EXCEPTION(run.step("relax", {{"x", 1}}, kNumber), Error, has_code(ErrorCode::conflict));
  store.clock().move(std::chrono::nanoseconds(1));
  BOOST_TEST(run.step("relax", {{"x", 1}}, kNumber).value() == 2u);
  const auto attempts = run.attempts("relax", {{"x", 1}});
  BOOST_REQUIRE(attempts.size() == 2u);
  BOOST_TEST((attempts[0].end == StepEnd::interrupted && attempts[1].end == StepEnd::finished));
  check_clean(*store);
}

BOOST_AUTO_TEST_CASE(the_lease_of_a_dead_process_is_free_at_once) {
  const auto taken_over = [](const std::function<void(base::ProcessIdentity&)>& edit, bool detached) {
    ClockedStore store;
    leave_open(store, "argon", "relax", kLease);
    store.edit_claim("argon", [&](format::StepClaim& claim) {
      claim.detached = detached;
      edit(claim.owner);
    });
    try {
      return store->run("argon").step("relax", {{"x", 1}}, kNumber, kLease).value() == 2u;
    } catch (const Error& error) {
      BOOST_TEST((error.code() == ErrorCode::conflict));
      return false;
    }
  };
  BOOST_TEST(taken_over([](auto& owner) { owner.started += 1; }, true));         // the number was given out again
  BOOST_TEST(taken_over([](auto& owner) { owner.number = 0x7fffffff; }, true));  // there is none of that number
  BOOST_TEST(taken_over([](auto& owner) { owner.boot = "another"; }, true));
  BOOST_TEST(taken_over([](auto&) {}, false));                                   // no call of this process is at it
  BOOST_TEST(!taken_over([](auto&) {}, true));
  BOOST_TEST(!taken_over([](auto& owner) { owner.host = "far.example"; }, true));
}

BOOST_AUTO_TEST_CASE(a_heartbeat_renews_the_lease) {
  ClockedStore store;
  const std::int64_t begin = store.clock().now();
  const auto until = [&] { return std::chrono::nanoseconds(store.attempts("argon").claim->until - begin); };
  const auto work = [&](StepContext& context) {
    BOOST_TEST((until() == minutes(1)));
    store.clock().move(minutes(5));
    context.heartbeat();
    BOOST_TEST((until() == minutes(6)));
    return 1;
  };
  store->run("argon").step("relax", {{"x", 1}}, work, kLease);
  store->run("argon").step("relax", {{"x", 2}}, [](StepContext& context) { return context.heartbeat(), 1; });
  check_clean(*store);
}

BOOST_AUTO_TEST_CASE(who_lost_the_lease_may_not_write_any_more) {
  for (const bool recorded : {false, true}) {
    ClockedStore store;
    const auto other = other_handle(store, *store.run_state("argon"));
    Run run = store->run("argon");
    const auto work = [&](StepContext& context) {
      store.clock().move(minutes(2));
      store::StepOutcome step;
      store::resolve_step(*other, *store.state().engine().view(), "relax", {{"x", 1}}, kLease, step);
      store.edit_claim("argon", [](format::StepClaim& claim) { claim.detached = true; });
      BOOST_TEST(!store::begin_attempt(*other, step, kLease));
      BOOST_TEST(step.attempt == 2u);
      if (recorded) store::record_step(*other, step, store->put(5), "int", 4);
      BOOST_CHECK_EXCEPTION(context.heartbeat(), Error, has_code(ErrorCode::fenced));
      return 7;
    };
    BOOST_CHECK_EXCEPTION(run.step("relax", {{"x", 1}}, work, kLease), Error, has_code(ErrorCode::fenced));
    const auto attempts = run.attempts("relax", {{"x", 1}});
    BOOST_REQUIRE(attempts.size() == 2u);
    BOOST_TEST((attempts[0].end == StepEnd::interrupted));
    // No call is at the second one, so it counts as lost if it has recorded nothing.
    BOOST_TEST((attempts[1].end == (recorded ? StepEnd::finished : StepEnd::interrupted)));
    if (recorded) BOOST_TEST(run.step("relax", {{"x", 1}}, [] { return 9; }).value() == 5);
    check_clean(*store);
  }
}

BOOST_AUTO_TEST_CASE(what_fails_after_the_lease_was_lost_is_passed_on_and_not_recorded) {
  ClockedStore store;
  const auto other = other_handle(store, *store.run_state("argon"));
  Run run = store->run("argon");
  int calls = 0;
  const auto work = [&]() -> int {
    ++calls;
    store.clock().move(minutes(2));
    store::StepOutcome step;
    store::resolve_step(*other, *store.state().engine().view(), "relax", {{"x", 1}}, kLease, step);
    store::begin_attempt(*other, step, kLease);
    throw std::domain_error("late");
  };
  StepOptions options = kLease;
  options.attempts_max = 3;
  BOOST_CHECK_THROW(run.step("relax", {{"x", 1}}, work, options), std::domain_error);
  BOOST_TEST(calls == 1);
  BOOST_TEST(store.attempts("argon").claim->number == 2u);
  BOOST_TEST(store.attempts("argon").attempts.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_lease_that_ran_out_and_that_nobody_took_over_is_still_good) {
  ClockedStore store;
  const auto work = [&] {
    store.clock().move(minutes(10));
    return 3;
  };
  BOOST_TEST(store->run("argon").step("relax", {}, work, kLease).value() == 3);
  check_clean(*store);
}

BOOST_AUTO_TEST_CASE(a_process_that_was_ended_by_hand_stays_as_it_is) {
  ClockedStore store;
  leave_open(store, "argon", "relax", kLease);
  Run run = store->run("argon");
  Transaction transaction = run.transaction();
  transaction.edit(store.attempts("argon").claim->process, {.state = NodeState::failed, .exit_message = "seen to hang"});
  transaction.commit();
  BOOST_TEST(run.step("relax", {{"x", 1}}, kNumber).value() == 2u);
  const auto attempts = run.attempts("relax", {{"x", 1}});
  BOOST_TEST(store->get_node(attempts.at(0).process).exit_message == "seen to hang");
  check_clean(*store);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
