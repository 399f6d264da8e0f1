// Every publish fails once: what was called is then as if it had not been, or had; and can be called again.
#include <boost/test/unit_test.hpp>

#include "store/failing_engine.h"
#include "store/stores.h"

namespace cairn::test {
namespace {

// A little of everything; every part may be done again if it failed.
std::vector<std::function<void(Store&)>> work() {
  std::vector<std::function<void(Store&)>> parts;
  parts.push_back([](Store& store) { store.run("argon"); });
  for (int i = 0; i < 30; ++i) {  // three nodes each: more than one block of ids
    parts.push_back([i](Store& store) { store.run("argon").checkpoint(i).save("state", i).tag("newest").commit(); });
    parts.push_back([i](Store& store) { store.run("argon").step("relax", {{"x", i}}, [&] { return 2 * i; }); });
  }
  parts.push_back([](Store& store) { store.put(particles(1)); });
  parts.push_back([](Store& store) { store.run("argon").finish(); });
  return parts;
}

void check_work(Store& store) {
  const Run run = store.run("argon");
  BOOST_TEST(run.history().size() == 30u);
  BOOST_TEST(run.tagged("newest").value().step == 29);
  BOOST_TEST(nodes_of(store, "kind = calculation").size() == 30u);
  BOOST_TEST(nodes_of(store, "run = argon").size() == 91u);
  BOOST_TEST((run.node().state == NodeState::finished));
  BOOST_TEST(store.runs().size() == 1u);
  check_clean(store);
}

// Does the work with the publish of the given number failing; returns how many publishes there were.
// `holds_run`: a handle of the run lives all the while, and with it the state that all handles share.
std::uint64_t work_failing_at(std::uint64_t number, Failure failure, bool holds_run) {
  auto owned = std::make_unique<FailingEngine>();
  FailingEngine& engine = *owned;
  engine.failure = failure;
  engine.fails_at = number;
  Store store = make_store(std::move(owned));
  std::optional<Run> held;
  for (const auto& part : work()) {
    try {
      part(store);
    } catch (const Error& error) {
      BOOST_TEST((error.code() == ErrorCode::no_space || error.code() == ErrorCode::unknown_outcome));
      check_clean(store);
      part(store);
    }
    if (holds_run && !held) held = store.find_run("argon");
  }
  check_work(store);
  return engine.publishes;
}

void fail_everywhere(Failure failure) {
  for (const bool holds_run : {false, true}) {
    const std::uint64_t count = work_failing_at(0, failure, holds_run);
    BOOST_TEST(count > 60u);
    for (std::uint64_t number = 1; number <= count; ++number) BOOST_TEST_CONTEXT("publish " << number) work_failing_at(number, failure, holds_run);
  }
}

void do_step(Run& run, int i) {
  run.step("relax", {{"x", i}}, [&] { return 2 * i; });
}

// The number of the publish that is the first to take nodes from a second block.
std::uint64_t publish_after_lease() {
  auto owned = std::make_unique<FailingEngine>();
  const FailingEngine& engine = *owned;
  Store store = make_store(std::move(owned));
  Run run = store.run("argon");
  do_step(run, 0);  // gives the labels their numbers
  for (int i = 1;; ++i) {
    const std::uint64_t before = engine.publishes;
    do_step(run, i);
    if (engine.publishes == before + 2) return engine.publishes;
  }
}

BOOST_AUTO_TEST_SUITE(failing)

BOOST_AUTO_TEST_CASE(a_commit_that_found_no_space_changed_nothing_and_can_be_made_again) { fail_everywhere(Failure::nothing_changed); }

BOOST_AUTO_TEST_CASE(a_commit_of_unknown_outcome_can_be_made_again) { fail_everywhere(Failure::never_told); }

BOOST_AUTO_TEST_CASE(a_builder_commits_again_what_found_no_space) {
  auto owned = std::make_unique<FailingEngine>();
  FailingEngine& engine = *owned;
  Store store = make_store(std::move(owned));
  Run run = store.run("argon");
  auto builder = run.checkpoint(1);
  builder.save("state", particles(1));
  engine.fails_at = engine.publishes + 1;
  BOOST_CHECK_EXCEPTION(builder.commit(), Error, has_code(ErrorCode::no_space));
  BOOST_TEST(run.history().empty());
  builder.commit();
  BOOST_TEST((run.restart<Particles>("state").value() == particles(1)));
}

BOOST_AUTO_TEST_CASE(ids_that_were_leased_and_never_used_do_no_harm) {
  auto owned = std::make_unique<FailingEngine>();
  FailingEngine& engine = *owned;
  Store store = make_store(std::move(owned));
  engine.fails_at = engine.publishes + 3;  // the first two lease a cell and a block of nodes for the run
  BOOST_CHECK_EXCEPTION(store.run("argon"), Error, has_code(ErrorCode::no_space));
  BOOST_TEST(store.runs().empty());
  BOOST_TEST(nodes_of(store).empty());
  check_clean(store);
  Run run = store.run("argon");
  const auto step = run.step("relax", {{"x", 1}}, [] { return 1; });
  BOOST_TEST(nodes_of(store, "run = argon").size() == 4u);
  BOOST_TEST(store.ancestors(step.data()).size() == 2u);
  check_clean(store);
}

BOOST_AUTO_TEST_CASE(ids_are_not_given_out_again_after_a_commit_whose_outcome_was_never_told) {
  auto owned = std::make_unique<FailingEngine>();
  owned->fails_at = publish_after_lease();
  owned->failure = Failure::never_told;
  Store store = make_store(std::move(owned));
  Run run = store.run("argon");
  int failures = 0;
  for (int i = 0; i < 150; ++i) {  // more than the second block holds
    try {
      do_step(run, i);
    } catch (const Error& error) {
      BOOST_TEST((error.code() == ErrorCode::unknown_outcome));
      ++failures;
    }
  }
  BOOST_TEST(failures == 1);
  BOOST_TEST(nodes_of(store, "run = argon").size() == 1u + 3 * 150);
  check_clean(store);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
