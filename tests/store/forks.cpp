// Forks: runs that go on from a checkpoint of another one; nested runs.
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <thread>

#include "format/keys.h"
#include "store/damage.h"
#include "store/failing_engine.h"
#include "store/stores.h"

namespace cairn::test {
namespace {

using Tags = std::vector<std::string>;

CheckpointId commit(Run& run, std::int64_t step, std::int64_t state) { return run.checkpoint(step).save("state", state).commit().id; }
CheckpointId commit(Run& run, std::int64_t step) { return commit(run, step, step); }

BOOST_AUTO_TEST_SUITE(forks)

BOOST_AUTO_TEST_CASE(a_fork_has_the_history_up_to_its_fork_point_and_then_its_own) {
  for_each_store([](TestStore& store) {
    {
      Run run = store->run("argon");
      commit(run, 1);
      const CheckpointId at = commit(run, 2);
      commit(run, 3);
      Run fork = run.fork("what-if", {.at = at});
      BOOST_TEST((steps_of(fork) == (Steps{2, 1})));
      BOOST_TEST((fork.latest().value().id == at));
      BOOST_TEST(fork.restart<std::int64_t>("state").value() == 2);
      const Receipt first = fork.checkpoint(30).save("state", std::int64_t{30}).commit();
      BOOST_TEST(first.sequence == 3u);
      BOOST_TEST((fork.latest().value().parent == at));
      commit(run, 4);
    }
    store.reopen();
    BOOST_TEST((steps_of(store->run("what-if")) == (Steps{30, 2, 1})));
    BOOST_TEST((steps_of(store->run("argon")) == (Steps{4, 3, 2, 1})));
    BOOST_TEST(store->run("what-if").restart<std::int64_t>("state").value() == 30);
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(a_fork_says_what_it_was_forked_from_and_shared_checkpoints_who_made_them) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    const CheckpointId at = commit(run, 1);
    Run fork = run.fork("what-if");
    BOOST_TEST(!run.forked_from().has_value());
    BOOST_TEST((fork.forked_from() == std::pair(std::string("argon"), at)));
    commit(fork, 2);
    BOOST_TEST(fork.history()[0].run == "what-if");
    BOOST_TEST(fork.history()[1].run == "argon");
    BOOST_TEST(store->find_checkpoint(at).value().run == "argon");
    BOOST_TEST((fork.uuid() != run.uuid()));
    BOOST_TEST(fork.node().label == "what-if");
  });
}

BOOST_AUTO_TEST_CASE(a_fork_costs_two_commits_however_long_the_history_is) {
  for (const std::int64_t length : {1, 40}) {
    auto owned = std::make_unique<FailingEngine>();
    FailingEngine& engine = *owned;
    Store store = make_store(std::move(owned));
    Run run = store.run("argon");
    for (std::int64_t step = 1; step <= length; ++step) commit(run, step);
    std::size_t rows = 0;
    engine.before_publish = [&](const engine::Commit& commit) { rows += commit.edit.rows.size(); };
    run.fork("what-if");
    BOOST_TEST(rows < 10u);
    BOOST_TEST(store.stats().checkpoint_count == static_cast<std::uint64_t>(length));
    BOOST_TEST(store.runs().back().checkpoint_count == static_cast<std::uint64_t>(length));
  }
}

BOOST_AUTO_TEST_CASE(the_newest_checkpoint_of_a_step_is_the_forks_own_if_it_has_one) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    commit(run, 1, 10);
    const CheckpointId older = commit(run, 5, 50);
    const CheckpointId at = commit(run, 1, 11);
    const CheckpointId later = commit(run, 5, 51);
    Run fork = run.fork("what-if", {.at = at});
    BOOST_TEST((fork.at(1).value().id == at));
    BOOST_TEST((fork.at(5).value().id == older));
    BOOST_TEST((run.at(5).value().id == later));
    const CheckpointId own = commit(fork, 5, 52);
    BOOST_TEST((fork.at(5).value().id == own));
    const auto fives = fork.history({.step = 5});
    BOOST_REQUIRE(fives.size() == 2u);
    BOOST_TEST((fives[0].id == own && fives[1].id == older));
    BOOST_TEST((fork.history({.before = own, .step = 5}).at(0).id == older));
    BOOST_TEST(!fork.at(7).has_value());
    BOOST_CHECK_EXCEPTION(fork.history({.before = later}), Error, has_code(ErrorCode::not_found));
    BOOST_CHECK_EXCEPTION(fork.tag(later, "t"), Error, has_code(ErrorCode::not_found));
  });
}

BOOST_AUTO_TEST_CASE(committing_what_the_fork_point_holds_gives_the_shared_checkpoint) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    const CheckpointId at = commit(run, 1);
    Run fork = run.fork("what-if");
    const Receipt again = fork.checkpoint(1).save("state", std::int64_t{1}).tag("mine").commit();
    BOOST_TEST(again.existed);
    BOOST_TEST((again.id == at));
    BOOST_TEST((fork.tagged("mine").value().id == at));
    BOOST_TEST(!run.tagged("mine").has_value());
  });
}

BOOST_AUTO_TEST_CASE(tags_of_the_parent_show_unless_the_fork_has_them_itself) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    const CheckpointId first = commit(run, 1), second = commit(run, 2), third = commit(run, 3);
    run.tag(first, "a");
    run.tag(second, "b");
    run.tag(third, "late");
    Run fork = run.fork("what-if", {.at = second});
    BOOST_TEST((fork.tagged("a").value().id == first));
    BOOST_TEST((fork.history()[0].tags == Tags{"b"} && fork.history()[1].tags == Tags{"a"}));
    BOOST_TEST(!fork.tagged("late").has_value());
    fork.tag(second, "a");
    BOOST_TEST((fork.tagged("a").value().id == second));
    BOOST_TEST((fork.latest().value().tags == Tags{"a", "b"}));
    BOOST_TEST(fork.history()[1].tags.empty());
    BOOST_TEST((run.tagged("a").value().id == first));
    BOOST_TEST((run.history()[1].tags == Tags{"b"}));
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(a_tag_that_a_fork_removed_is_gone_for_it_and_its_forks_alone) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    const CheckpointId at = commit(run, 1);
    run.tag(at, "a");
    Run fork = run.fork("what-if");
    BOOST_TEST(fork.untag("a"));
    BOOST_TEST(!fork.untag("a"));
    BOOST_TEST(!fork.tagged("a").has_value());
    BOOST_TEST(fork.latest().value().tags.empty());
    Run further = fork.fork("further");
    BOOST_TEST(!further.tagged("a").has_value());
    BOOST_TEST((run.tagged("a").value().id == at));
    fork.tag(at, "a");
    BOOST_TEST(fork.tagged("a").has_value());
    BOOST_TEST(further.tagged("a").has_value());
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(forks_of_forks_share_what_all_share) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    const CheckpointId one = commit(run, 1), two = commit(run, 2);
    commit(run, 3);
    Run fork = run.fork("b", {.at = two});
    const CheckpointId own = commit(fork, 20);
    Run further = fork.fork("c");
    commit(further, 200);
    Run early = fork.fork("d", {.at = one});  // at a checkpoint that its parent did not make
    commit(early, 1000);
    BOOST_TEST((steps_of(further) == (Steps{200, 20, 2, 1})));
    BOOST_TEST((steps_of(early) == (Steps{1000, 1})));
    BOOST_TEST((further.forked_from() == std::pair(std::string("b"), own)));
    BOOST_TEST((early.forked_from() == std::pair(std::string("b"), one)));
    BOOST_TEST((early.latest().value().parent == one));
    BOOST_TEST(store->runs()[2].checkpoint_count == 4u);
    BOOST_TEST(store->runs()[3].checkpoint_count == 2u);
    BOOST_TEST(store->stats().checkpoint_count == 6u);
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(a_chain_of_thousands_of_forks_is_walked_to_its_beginning) {
  Store store = Store::in_memory();
  Run run = store.run("0");
  const CheckpointId first = commit(run, 1);
  run.tag(first, "first");
  for (int i = 1; i <= 3000; ++i) run = run.fork(std::to_string(i));
  BOOST_TEST((run.at(1).value().id == first));
  BOOST_TEST((run.tagged("first").value().id == first));
  commit(run, 2);
  BOOST_TEST((steps_of(run) == (Steps{2, 1})));
  BOOST_TEST(run.prune({.last = 1}).kept.size() == 2u);
  BOOST_TEST(store.delete_run("0").kept.at(0).second.size() == 3000u);
}

BOOST_AUTO_TEST_CASE(a_restart_of_a_fork_goes_back_into_what_it_shares) {
  on_disk([](TestStore& store) {
    std::vector<CheckpointId> damaged;
    {
      Run run = store->run("argon");
      commit(run, 1);
      damaged.push_back(commit(run, 2));
      Run fork = run.fork("what-if");
      damaged.push_back(commit(fork, 3));
      commit(run, 4);
    }
    store.close();
    for (const CheckpointId& id : damaged) damage_blob_row(store.path(), id.digest);
    store.reopen();
    const auto report = store->run("what-if").restart_report<std::int64_t>("state").value();
    BOOST_TEST(report.value == 1);
    BOOST_REQUIRE(report.skipped.size() == 2u);
    BOOST_TEST((report.skipped[0].id == damaged[1] && report.skipped[1].id == damaged[0]));
    BOOST_TEST(store->run("argon").restart<std::int64_t>("state").value() == 4);
    BOOST_TEST(store->run("what-if").latest_valid().value().step == 1);
  });
}

BOOST_AUTO_TEST_CASE(a_name_that_is_taken_or_no_name_makes_no_fork) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    commit(run, 1);
    store->run("neon");
    for (const char* taken : {"argon", "neon"}) BOOST_CHECK_EXCEPTION(run.fork(taken), Error, has_code(ErrorCode::exists, taken));
    BOOST_CHECK_EXCEPTION(run.fork(""), Error, has_code(ErrorCode::invalid_argument));
    BOOST_CHECK_EXCEPTION(run.fork("a\nb"), Error, has_code(ErrorCode::invalid_argument));
    BOOST_TEST(store->runs().size() == 2u);
    BOOST_TEST(run.prune({.last = 0}).removed.size() == 1u);  // nothing pins it
  });
}

BOOST_AUTO_TEST_CASE(a_run_without_checkpoints_and_a_checkpoint_of_another_run_are_no_place_to_fork_at) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon"), other = store->run("neon");
    const CheckpointId id = commit(run, 1);
    BOOST_CHECK_EXCEPTION(other.fork("what-if"), Error, has_code(ErrorCode::not_found));
    BOOST_CHECK_EXCEPTION(other.fork("what-if", {.at = id}), Error, has_code(ErrorCode::not_found, id.hex()));
    BOOST_TEST(!store->find_run("what-if").has_value());
  });
}

// The second of the two commits fails: the pin is there, its fork is not.
BOOST_AUTO_TEST_CASE(a_pin_whose_fork_never_came_to_be_keeps_nothing) {
  auto owned = std::make_unique<FailingEngine>();
  FailingEngine& engine = *owned;
  Store store = make_store(std::move(owned));
  Run run = store.run("argon");
  commit(run, 1);
  commit(run, 2);
  engine.before_publish = [&](const engine::Commit& commit) {
    for (const engine::RowEdit& row : commit.edit.rows)
      if (row.key.front() == format::row::kPin) engine.fails_at = engine.publishes + 3;  // the lease of its nodes is in between
  };
  BOOST_CHECK_EXCEPTION(run.fork("what-if"), Error, has_code(ErrorCode::no_space));
  engine.before_publish = {};
  BOOST_TEST(!store.find_run("what-if").has_value());
  check_clean(store);
  BOOST_TEST(run.prune({.last = 1}).removed.size() == 1u);
  BOOST_TEST((steps_of(run.fork("what-if")) == (Steps{2})));
  check_clean(store);
}

BOOST_AUTO_TEST_CASE(a_fork_that_its_parent_does_not_know_or_whose_fork_point_is_gone_is_reported) {
  const auto reports = [](const std::string& lost_row, std::string_view problem) {
    bool found = false;
    on_disk([&](TestStore& store) {
      {
        Run run = store->run("argon");
        commit(run, 1);
        run.fork("what-if").put_writes(run.latest().value().id, "t", {{"x", 1}});
      }
      store.close();
      edit_records(store.path(), [&](engine::Records& records) {
        const std::string key = format::be64_text(format::kFirstRunCell) + lost_row;
        std::string value;
        BOOST_REQUIRE(records.db().Get({}, records.family(engine::Family::cell), key, &value).ok());
        BOOST_REQUIRE(records.db().Delete({}, records.family(engine::Family::cell), key).ok());
      });
      store.reopen();
      for (const Damage& damage : store->verify().damage)
        found = found || (damage.id == "what-if" && damage.problem.find(problem) != std::string::npos);
    });
    return found;
  };
  BOOST_TEST(reports(format::row::pin(format::kFirstRunCell + 1), "from which it was forked, does not say so"));
  BOOST_TEST(reports(format::row::checkpoint(1), "goes on from checkpoint number 1 of run argon, which is missing"));
  BOOST_TEST(reports(format::row::checkpoint(1), "pending write 0 of task t is for checkpoint number 1"));
}

BOOST_AUTO_TEST_CASE(prunes_beside_forks_take_nothing_from_them) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    commit(run, 0);
    std::atomic<bool> is_over = false;
    std::thread committing([&] {
      for (std::int64_t step = 1; !is_over; ++step) commit(run, step);
    });
    std::thread pruning([&] {
      while (!is_over) run.prune({.last = 1});
    });
    std::vector<Run> forks;
    for (int i = 0; i < 20; ++i) forks.push_back(run.fork(std::to_string(i)));
    is_over = true;
    committing.join();
    pruning.join();
    for (const Run& fork : forks) {
      BOOST_TEST((fork.latest().value().id == fork.forked_from().value().second));
      BOOST_TEST(fork.restart<std::int64_t>("state").value() == fork.latest().value().step);
    }
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(steps_and_nodes_are_not_the_forks) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    run.step("s", {}, [] { return 1; });
    commit(run, 1);
    Run fork = run.fork("what-if");
    bool was_done = false;
    fork.step("s", {}, [&] { return was_done = true, 1; });
    BOOST_TEST(was_done);
    BOOST_TEST(nodes_of(*store, "run = \"what-if\" and kind = calculation").size() == 1u);
  });
}

BOOST_AUTO_TEST_CASE(a_nested_run_is_called_by_the_run_it_is_nested_in) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    Run nested = run.nested("relax");
    BOOST_TEST(nested.name() == "argon/relax");
    const auto links = store->links(nested.uuid());
    BOOST_REQUIRE(links.size() == 1u);
    BOOST_TEST((links[0].source == run.uuid() && links[0].type == LinkType::call));
    commit(nested, 1);
    BOOST_TEST(run.history().empty());
    BOOST_TEST((run.nested("relax").uuid() == nested.uuid()));
    BOOST_TEST((steps_of(run.nested("relax")) == (Steps{1})));
    BOOST_TEST(nested.nested("deep").name() == "argon/relax/deep");
    run.nested("other name, with a blank");
    BOOST_CHECK_EXCEPTION(run.nested(""), Error, has_code(ErrorCode::invalid_argument));
    BOOST_CHECK_EXCEPTION(run.nested(std::string(250, 'n')), Error, has_code(ErrorCode::invalid_argument));
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(a_finished_run_calls_no_new_nested_runs) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    run.nested("relax");
    run.finish();
    BOOST_TEST(run.nested("relax").name() == "argon/relax");
    BOOST_CHECK_EXCEPTION(run.nested("other"), Error, has_code(ErrorCode::rule_violation));
    BOOST_TEST(!store->find_run("argon/other").has_value());
  });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
