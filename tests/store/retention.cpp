// Pruning: which checkpoints a policy keeps, why, and what becomes of the others.
#include <boost/test/unit_test.hpp>

#include <limits>

#include "store/damage.h"
#include "store/failing_engine.h"
#include "store/stores.h"

namespace cairn::test {
namespace {

using Rules = std::vector<std::string>;

CheckpointId commit(Run& run, std::int64_t step) { return run.checkpoint(step).save("state", step).commit().id; }

Run run_of(TestStore& store, std::int64_t length) {
  Run run = store->run("argon");
  for (std::int64_t step = 1; step <= length; ++step) commit(run, step);
  return run;
}

Steps removed_by(const PruneReport& report) {
  Steps steps;
  for (const RemovedCheckpoint& removed : report.removed) steps.push_back(removed.step);
  return steps;
}

// "step: rule" of each that is kept.
Rules rules_of(const PruneReport& report) {
  Rules rules;
  for (const RetainedCheckpoint& kept : report.kept) rules.push_back(std::to_string(kept.step) + ": " + kept.rule);
  return rules;
}

BOOST_AUTO_TEST_SUITE(retention)

BOOST_AUTO_TEST_CASE(the_last_ones_stay) {
  for_each_store([](TestStore& store) {
    Run run = run_of(store, 5);
    const PruneReport report = run.prune({.last = 2});
    BOOST_TEST((removed_by(report) == (Steps{3, 2, 1})));
    BOOST_TEST((rules_of(report) == (Rules{"5: last 2", "4: last 2"})));
    BOOST_TEST((steps_of(run) == (Steps{5, 4})));
    BOOST_TEST(run.prune({.last = 2}).removed.empty());
    BOOST_TEST(store->runs().front().checkpoint_count == 2u);
    BOOST_TEST(store->stats().checkpoint_count == 2u);
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(every_nth_step_stays) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    for (const std::int64_t step : {std::int64_t{-4}, std::int64_t{-3}, std::int64_t{0}, std::int64_t{1}, std::int64_t{2}, INT64_MIN})
      commit(run, step);
    run.prune({.every = 4});
    BOOST_TEST((steps_of(run) == (Steps{INT64_MIN, 0, -4})));
    BOOST_CHECK_EXCEPTION(run.prune({.every = 0}), Error, has_code(ErrorCode::invalid_argument));
  });
}

BOOST_AUTO_TEST_CASE(newer_ones_stay) {
  for_each_store([](TestStore& store) {
    Run run = run_of(store, 3);
    const auto history = run.history();
    const PruneReport report = run.prune({.newer_than = history[1].time});
    BOOST_TEST((removed_by(report).size() >= 2u));  // two may have been made in one tick of the clock
    BOOST_TEST(report.kept.size() + report.removed.size() == 3u);
    BOOST_TEST(run.prune({.newer_than = history[0].time - std::chrono::nanoseconds(1)}).removed.empty());
  });
}

BOOST_AUTO_TEST_CASE(the_best_stay_by_a_number_of_any_type) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    const std::vector<Value> losses = {3, 0.5, "0", 1, 0.5, std::numeric_limits<double>::quiet_NaN(), nullptr, -2.5, true};
    for (std::size_t i = 0; i < losses.size(); ++i) run.checkpoint(static_cast<std::int64_t>(i)).note("loss", losses[i]).commit();
    run.checkpoint(100).commit();
    const auto kept = [&](const RetentionPolicy::Best& best) { return rules_of(run.prune({.best = best}, true)); };
    BOOST_TEST((kept({"loss"}) == (Rules{"7: best 1 by loss"})));
    BOOST_TEST((kept({"loss", 2}) == (Rules{"7: best 2 by loss", "4: best 2 by loss"})));  // of equal ones the newer
    BOOST_TEST((kept({"loss", 2, false}) == (Rules{"3: best 2 by loss", "0: best 2 by loss"})));
    BOOST_TEST(kept({"loss", 100}).size() == 5u);
    BOOST_TEST(kept({"gain", 3}).empty());
    BOOST_CHECK_EXCEPTION(run.prune({.best = RetentionPolicy::Best{""}}), Error, has_code(ErrorCode::invalid_argument));
  });
}

BOOST_AUTO_TEST_CASE(those_without_given_notes_stay) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    run.checkpoint(1).note("a", 1).note("b", 1).commit();
    run.checkpoint(2).note("a", 1).note("b", 2).commit();
    run.checkpoint(3).note("a", 1).commit();
    run.checkpoint(4).commit();
    const PruneReport report = run.prune({.without = Map{{"a", 1}, {"b", 1}}});
    BOOST_TEST((removed_by(report) == (Steps{1})));
    BOOST_TEST(report.kept.front().rule == "without {\"a\": 1, \"b\": 1}");
    BOOST_TEST((removed_by(run.prune({.without = Map{{"a", 1}}})) == (Steps{3, 2})));
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(tagged_ones_stay_unless_the_policy_says_otherwise) {
  for_each_store([](TestStore& store) {
    Run run = run_of(store, 4);
    run.tag(run.at(2).value().id, "baseline");
    BOOST_TEST((rules_of(run.prune({.last = 1})) == (Rules{"4: last 1", "2: tag baseline"})));
    BOOST_TEST((rules_of(run.prune({.last = 1, .tagged = false})) == (Rules{"4: last 1"})));
    BOOST_TEST(!run.tagged("baseline").has_value());
    BOOST_TEST(!run.untag("baseline"));
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(rules_add_up_and_the_first_is_named) {
  for_each_store([](TestStore& store) {
    Run run = run_of(store, 6);
    run.tag(run.at(6).value().id, "newest");
    const PruneReport report = run.prune({.last = 2, .every = 3});
    BOOST_TEST((rules_of(report) == (Rules{"6: last 2", "5: last 2", "3: every 3"})));
    BOOST_TEST((removed_by(report) == (Steps{4, 2, 1})));
  });
}

BOOST_AUTO_TEST_CASE(a_dry_run_tells_and_removes_nothing) {
  for_each_store([](TestStore& store) {
    Run run = run_of(store, 4);
    const PruneReport dry = run.prune({.last = 1}, true);
    BOOST_TEST(steps_of(run).size() == 4u);
    const PruneReport wet = run.prune({.last = 1});
    BOOST_TEST((rules_of(dry) == rules_of(wet)));
    BOOST_TEST((removed_by(dry) == removed_by(wet)));
  });
}

BOOST_AUTO_TEST_CASE(what_is_removed_is_not_found_and_never_damaged) {
  for_each_store([](TestStore& store) {
    std::vector<CheckpointId> ids;
    {
      Run run = run_of(store, 3);
      for (const Checkpoint& checkpoint : run.history()) ids.push_back(checkpoint.id);
      run.put_writes(ids[1], "t", {{"x", 1}});
      run.prune({.last = 1});
    }
    store.reopen();
    Run run = store->run("argon");
    for (const CheckpointId& gone : {ids[1], ids[2]}) {
      BOOST_TEST(!store->find_checkpoint(gone).has_value());
      BOOST_TEST(store->find_by_prefix(gone.hex()).empty());
      BOOST_CHECK_EXCEPTION(run.history({.before = gone}), Error, has_code(ErrorCode::not_found));
      BOOST_CHECK_EXCEPTION(run.pending_writes(gone), Error, has_code(ErrorCode::not_found));
      BOOST_CHECK_EXCEPTION(run.put_writes(gone, "t", {{"x", 1}}), Error, has_code(ErrorCode::not_found));
      BOOST_CHECK_EXCEPTION(run.tag(gone, "t"), Error, has_code(ErrorCode::not_found));
      BOOST_CHECK_EXCEPTION(run.fork("f", {.at = gone}), Error, has_code(ErrorCode::not_found));
      BOOST_CHECK_EXCEPTION(store->diff(gone, ids[0]), Error, has_code(ErrorCode::not_found));
    }
    BOOST_TEST(!run.at(1).has_value());
    BOOST_TEST(run.history({.step = 2}).empty());
    BOOST_TEST((run.latest().value().parent == ids[1]));  // which is gone
    std::vector<SkippedCheckpoint> skipped;
    BOOST_TEST((run.latest_valid(&skipped).value().id == ids[0]));
    BOOST_TEST(skipped.empty());
    BOOST_TEST(run.restart<std::int64_t>("state").value() == 3);
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(a_run_of_which_all_is_removed_goes_on) {
  for_each_store([](TestStore& store) {
    Run run = run_of(store, 3);
    BOOST_TEST(run.prune({}).removed.size() == 3u);
    BOOST_TEST(run.history().empty());
    BOOST_TEST(!run.latest().has_value());
    BOOST_TEST(!run.latest_valid().has_value());
    BOOST_TEST(!run.restart<std::int64_t>("state").has_value());
    BOOST_TEST(store->runs().front().checkpoint_count == 0u);
    BOOST_TEST(!store->runs().front().latest.has_value());
    const Receipt next = run.checkpoint(3).save("state", std::int64_t{3}).commit();
    BOOST_TEST(!next.existed);
    BOOST_TEST(next.sequence == 4u);
    BOOST_TEST(!run.latest().value().parent.has_value());
    BOOST_TEST(run.restart<std::int64_t>("state").value() == 3);
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(the_parent_of_the_next_checkpoint_is_the_newest_that_is_left) {
  for_each_store([](TestStore& store) {
    Run run = run_of(store, 3);
    const CheckpointId first = run.at(1).value().id;
    run.tag(first, "keep");
    run.prune({});
    commit(run, 4);
    BOOST_TEST((run.latest().value().parent == first));
    BOOST_TEST((steps_of(run) == (Steps{4, 1})));
  });
}

BOOST_AUTO_TEST_CASE(what_a_fork_has_stays_and_is_named_after_it) {
  for_each_store([](TestStore& store) {
    Run run = run_of(store, 4);
    Run early = run.fork("early", {.at = run.at(1).value().id}), late = run.fork("late", {.at = run.at(2).value().id});
    const PruneReport report = run.prune({.last = 1});
    BOOST_TEST((rules_of(report) == (Rules{"4: last 1", "2: fork late", "1: fork early and 1 more"})));
    BOOST_TEST((steps_of(late) == (Steps{2, 1})));
    store->delete_run("late");
    BOOST_TEST((rules_of(run.prune({})) == (Rules{"1: fork early"})));
    BOOST_TEST((steps_of(early) == (Steps{1})));
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(what_a_fork_did_not_make_itself_is_not_its_to_remove) {
  for_each_store([](TestStore& store) {
    Run run = run_of(store, 2);
    Run fork = run.fork("what-if");
    commit(fork, 3);
    commit(fork, 4);
    const PruneReport report = fork.prune({.last = 1});
    BOOST_TEST((rules_of(report) == (Rules{"4: last 1", "2: of run argon", "1: of run argon"})));
    BOOST_TEST((steps_of(fork) == (Steps{4, 2, 1})));
    BOOST_TEST((rules_of(fork.prune({.last = 2})) == (Rules{"4: last 2", "2: last 2", "1: of run argon"})));
    BOOST_TEST(store->runs()[1].checkpoint_count == 3u);
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(a_fork_at_what_pruning_left_counts_what_is_there) {
  for_each_store([](TestStore& store) {
    Run run = run_of(store, 6);
    run.prune({.every = 2});
    Run fork = run.fork("what-if", {.at = run.at(4).value().id});
    commit(fork, 7);
    BOOST_TEST((steps_of(fork) == (Steps{7, 4, 2})));
    BOOST_TEST(store->runs()[1].checkpoint_count == 3u);
    BOOST_TEST((steps_of(fork.fork("further")) == (Steps{7, 4, 2})));
    BOOST_TEST(store->runs()[1].checkpoint_count == 3u);
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(a_prune_is_done_wholly_or_not_at_all) {
  for (const Failure failure : {Failure::nothing_changed, Failure::never_told}) {
    auto owned = std::make_unique<FailingEngine>();
    FailingEngine& engine = *owned;
    Store store = make_store(std::move(owned));
    Run run = store.run("argon");
    for (std::int64_t step = 1; step <= 5; ++step) commit(run, step);
    engine.failure = failure;
    engine.fails_at = engine.publishes + 1;
    BOOST_CHECK_THROW(run.prune({.last = 2}), Error);
    BOOST_TEST(steps_of(run).size() == (failure == Failure::nothing_changed ? 5u : 2u));
    check_clean(store);
  }
}

BOOST_AUTO_TEST_CASE(a_lost_row_is_damage_also_where_others_were_removed) {
  on_disk([](TestStore& store) {
    run_of(store, 5).prune({.last = 3});
    store.close();
    for (std::uint64_t sequence = 3; sequence <= 5; ++sequence)
      edit_records(store.path(), [&](engine::Records& records) {
        const std::string key = format::be64_text(format::kFirstRunCell) + format::row::checkpoint(sequence);
        BOOST_REQUIRE(records.db().Delete({}, records.family(engine::Family::cell), key).ok());
      });
    store.reopen();
    BOOST_CHECK_EXCEPTION(store->run("argon").restart<std::int64_t>("state"), Error, has_code(ErrorCode::damaged, "3 checkpoints"));
    bool is_reported = false;
    for (const Damage& damage : store->verify().damage)
      is_reported = is_reported || damage.problem.find("0 checkpoints of its own, and its record says 3") != std::string::npos;
    BOOST_TEST(is_reported);
  });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
