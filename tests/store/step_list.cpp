// The steps of a run as they are listed: what was recorded, what was tried, and who is at work.
#include <boost/test/unit_test.hpp>

#include <stdexcept>

#include "base/process.h"
#include "store/clocked.h"
#include "store/step_rows.h"

namespace cairn::test {
namespace {

using std::chrono::minutes;
using Texts = std::vector<std::string>;

const StepOptions kLease{.lease = minutes(1)};

// "relax 1 done: 1 failed 2 finished": name, version, attempts, and whether somebody is at it.
Texts listed(const Run& run, std::string_view name = {}) {
  Texts texts;
  for (const StepStatus& step : run.steps(name)) {
    std::string text = step.name;
    if (!step.code_version.empty()) text += " " + step.code_version;
    text += step.process ? " done:" : " open:";
    for (const StepAttemptInfo& attempt : step.attempts)
      text += " " + std::to_string(attempt.number) + " " + step_end_name(attempt.end);
    texts.push_back(text + (step.worker.empty() ? "" : " at work"));
  }
  return texts;
}

void fail(Run& run, std::string_view name, const Inputs& inputs = {}, const StepOptions& options = {}) {
  const auto work = []() -> int { throw std::runtime_error("no convergence"); };
  BOOST_CHECK_THROW(run.step(name, inputs, work, options), std::runtime_error);
}

BOOST_AUTO_TEST_SUITE(step_list)

BOOST_AUTO_TEST_CASE(steps_are_listed_as_they_were_recorded_and_those_without_a_result_last) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    BOOST_TEST(run.steps().empty());
    fail(run, "later");
    fail(run, "never", {{"x", 1}}, {.code_version = "2"});
    const auto first = run.step("zeta", {}, [] { return 1; });
    run.step("alpha", {{"x", 1}}, [] { return 1; }, {.code_version = "1"});
    run.step("alpha", {{"x", 2}}, [] { return 1; });
    run.step("later", {}, [] { return 2; });
    store->run("krypton").step("alpha", {{"x", 7}}, [] { return 1; });
    const Texts all = {"zeta done: 1 finished", "alpha 1 done: 1 finished", "alpha done: 1 finished",
                       "later done: 1 failed 2 finished", "never 2 open: 1 failed"};
    BOOST_TEST(listed(run) == all, boost::test_tools::per_element());
    BOOST_TEST(listed(run, "alpha") == (Texts{all[1], all[2]}), boost::test_tools::per_element());
    BOOST_TEST(listed(run, "never") == Texts{all[4]}, boost::test_tools::per_element());
    BOOST_TEST(listed(run, "alph").empty());
    const StepStatus zeta = run.steps("zeta").at(0), never = run.steps("never").at(0);
    BOOST_TEST((zeta.process == first.process() && zeta.attempts.at(0).process == first.process()));
    BOOST_TEST((zeta.recorded == zeta.attempts.at(0).ended && never.recorded == never.attempts.at(0).ended));
    BOOST_TEST(never.attempts.at(0).message == "no convergence");
    BOOST_TEST((store->get_node(never.attempts.at(0).process).state == NodeState::failed));
  });
}

BOOST_AUTO_TEST_CASE(a_step_that_was_taken_over_was_not_tried) {
  for_each_store([](TestStore& store) {
    store->run("argon").step("relax", {}, [] { return 1; });
    Run run = store->run("krypton");
    const auto taken = run.step("relax", {}, [] { return 2; }, {.reuse = true});
    BOOST_TEST(listed(run) == Texts{"relax done:"}, boost::test_tools::per_element());
    BOOST_TEST((run.steps().at(0).process == taken.process()));
  });
}

BOOST_AUTO_TEST_CASE(who_is_at_a_step_is_told_while_that_is_so) {
  ClockedStore store;
  Run run = store->run("argon");
  const auto work = [&] {
    BOOST_TEST(listed(run) == Texts{"relax open: at work"}, boost::test_tools::per_element());
    const std::string worker = run.steps().at(0).worker;
    const std::string expected = "process " + std::to_string(base::this_process().number) + ", since 2023-11-14T";
    BOOST_TEST(worker.find(expected) != std::string::npos, worker);
    store.clock().move(minutes(2));  // the lease has run out, and yet it goes on
    BOOST_TEST(listed(run) == Texts{"relax open: at work"}, boost::test_tools::per_element());
    return 1;
  };
  run.step("relax", {{"x", 1}}, work, kLease);
  BOOST_TEST(listed(run) == Texts{"relax done: 1 finished"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_nobody_can_be_at_any_more_was_interrupted) {
  ClockedStore store;
  leave_open(store, "argon", "relax", kLease);
  Run run = store->run("argon");
  BOOST_TEST(listed(run) == Texts{"relax open: 1 interrupted"}, boost::test_tools::per_element());
  BOOST_TEST(run.attempts("relax", {{"x", 1}}).size() == 1u);
  const auto of_another_host = [](format::StepClaim& claim) { claim.owner.host = "far.example"; };
  store.edit_claim("argon", of_another_host);
  BOOST_TEST(listed(run) == Texts{"relax open: at work"}, boost::test_tools::per_element());
  BOOST_TEST(run.steps().at(0).worker.starts_with("host far.example, process "));
  BOOST_TEST(run.attempts("relax", {{"x", 1}}).empty());
  store.clock().move(minutes(1));
  BOOST_TEST(listed(run) == Texts{"relax open: 1 interrupted"}, boost::test_tools::per_element());
  run.step("relax", {{"x", 1}}, [] { return 1; });
  BOOST_TEST(listed(run) == Texts{"relax done: 1 interrupted 2 finished"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(steps_of_older_formats_are_listed_without_an_index) {
  on_disk([](TestStore& store) {
    for (const char* name : {"b", "a"}) store->run("argon").step(name, {}, [] { return 1; });
    store.close();
    forget_step_indexes(store.path());
    store.reopen();
    BOOST_TEST(listed(store->run("argon")) == (Texts{"b done: 1 finished", "a done: 1 finished"}), boost::test_tools::per_element());
    BOOST_TEST(listed(store->run("argon"), "a") == (Texts{"a done: 1 finished"}), boost::test_tools::per_element());
  });
}

BOOST_AUTO_TEST_CASE(invalidations_are_listed_as_they_were_given) {
  ClockedStore store;
  BOOST_TEST(store->step_invalidations().empty());
  const Timestamp before(std::chrono::nanoseconds(5));
  store->invalidate_steps({.name = "relax"});
  store->invalidate_steps({.code_version = "", .recorded_before = before});
  store.clock().move(minutes(1));
  store->invalidate_steps({.name = "reduce", .code_version = "2"});
  store->invalidate_steps({.name = "relax"});  // which says all that the first one does
  const std::vector<StepInvalidation> all = store->step_invalidations();
  BOOST_REQUIRE(all.size() == 3u);
  BOOST_TEST((all[0].code_version == "" && all[0].recorded_before == before && !all[0].name));
  BOOST_TEST((all[1].name == "reduce" && all[1].code_version == "2" && !all[1].recorded_before));
  BOOST_TEST((all[2].name == "relax" && !all[2].code_version && !all[2].recorded_before));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
