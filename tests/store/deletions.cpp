// Deleting runs: what goes, what stays and for whom, and that a name begins anew.
#include <boost/test/unit_test.hpp>

#include "format/keys.h"
#include "store/failing_engine.h"
#include "store/stores.h"

namespace cairn::test {
namespace {

using Names = std::vector<std::string>;

CheckpointId commit(Run& run, std::int64_t step) { return run.checkpoint(step).save("state", step).commit().id; }

Names names_of(const Store& store) {
  Names names;
  for (const RunInfo& run : store.runs()) names.push_back(run.name);
  return names;
}

BOOST_AUTO_TEST_SUITE(deletions)

BOOST_AUTO_TEST_CASE(a_deleted_run_is_gone_with_its_checkpoints) {
  for_each_store([](TestStore& store) {
    CheckpointId first, second;
    {
      Run run = store->run("argon");
      first = commit(run, 1);
      second = commit(run, 2);
      run.tag(first, "t");
      run.put_writes(second, "task", {{"x", 1}});
      Run other = store->run("neon");
      commit(other, 9);
    }
    const DeletedRun report = store->delete_run("argon");
    BOOST_TEST(report.removed_count == 2u);
    BOOST_TEST(report.kept.empty());
    store.reopen();
    BOOST_TEST(!store->find_run("argon").has_value());
    BOOST_TEST((names_of(*store) == (Names{"neon"})));
    for (const CheckpointId& id : {first, second}) BOOST_TEST(!store->find_checkpoint(id).has_value());
    BOOST_TEST(store->stats().run_count == 1u);
    BOOST_TEST(store->stats().checkpoint_count == 1u);
    BOOST_TEST((steps_of(store->run("neon")) == (Steps{9})));
    BOOST_CHECK_EXCEPTION(store->delete_run("argon"), Error, has_code(ErrorCode::not_found, "argon"));
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(a_run_of_the_same_name_has_nothing_of_the_old_one) {
  for_each_store([](TestStore& store) {
    Uuid old;
    {
      Run run = store->run("argon");
      old = run.uuid();
      run.step("s", {}, [] { return 1; });
      const CheckpointId id = commit(run, 1);
      run.tag(id, "t");
    }
    store->delete_run("argon");
    Run run = store->run("argon");
    BOOST_TEST((run.uuid() != old));
    BOOST_TEST(run.history().empty());
    BOOST_TEST(!run.tagged("t").has_value());
    BOOST_TEST(!run.restart<std::int64_t>("state").has_value());
    bool was_done = false;
    run.step("s", {}, [&] { return was_done = true, 1; });
    BOOST_TEST(was_done);
    commit(run, 1);
    BOOST_TEST(run.latest().value().sequence == 1u);
    BOOST_TEST(nodes_of(*store, "run = \"argon\" and kind = calculation").size() == 1u);
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(nodes_of_a_deleted_run_stay_in_the_graph_and_belong_to_no_run) {
  for_each_store([](TestStore& store) {
    Uuid node, process;
    {
      Run run = store->run("argon");
      node = run.uuid();
      process = run.step("s", {}, [] { return 1; }).process();
    }
    store->delete_run("argon");
    store.reopen();
    BOOST_TEST(store->get_node(node).run.empty());
    BOOST_TEST(store->get_node(process).run.empty());
    BOOST_TEST(store->links(process).size() == 2u);
    BOOST_TEST(nodes_of(*store).size() == 3u);
    BOOST_TEST(nodes_of(*store, "run = \"argon\"").empty());
    BOOST_TEST(nodes_of(*store, "not run = \"argon\"").size() == 3u);
    BOOST_TEST(!store->why(process).step.name.empty());
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(a_handle_of_a_deleted_run_writes_nothing_and_says_why) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon"), fork = [&] {
      commit(run, 1);
      return run.fork("what-if");
    }();
    const CheckpointId id = run.latest().value().id;
    auto builder = run.checkpoint(2);
    builder.save("state", 2);
    Transaction transaction = run.transaction();
    transaction.add({.type = "t"});
    store->delete_run("argon");
    store->run("argon");  // another one, which must not get anything of this
    const auto deleted = has_code(ErrorCode::not_found, "run argon was deleted");
    BOOST_CHECK_EXCEPTION(builder.commit(), Error, deleted);
    BOOST_CHECK_EXCEPTION(transaction.commit(), Error, deleted);
    BOOST_CHECK_EXCEPTION(run.checkpoint(3).save("state", 3).commit(), Error, deleted);
    BOOST_CHECK_EXCEPTION(run.tag(id, "t"), Error, deleted);
    BOOST_CHECK_EXCEPTION(run.untag("t"), Error, deleted);
    BOOST_CHECK_EXCEPTION(run.put_writes(id, "t", {{"x", 1}}), Error, deleted);
    BOOST_CHECK_EXCEPTION(run.fork("other"), Error, deleted);
    BOOST_CHECK_EXCEPTION(run.nested("other"), Error, deleted);
    BOOST_CHECK_EXCEPTION(run.prune({}), Error, deleted);
    bool was_done = false;
    BOOST_CHECK_EXCEPTION(run.step("s", {}, [&] { return was_done = true, 1; }), Error, deleted);
    BOOST_TEST(!was_done);
    BOOST_CHECK_EXCEPTION(run.finish(), Error, deleted);
    BOOST_CHECK_EXCEPTION(run.add("file", store.write_file("f", "x")), Error, deleted);
    BulkLoad load = run.bulk_load();
    load.add({.type = "t"});
    BOOST_CHECK_EXCEPTION(load.commit(), Error, deleted);
    BOOST_TEST(run.history().empty());
    BOOST_TEST(!run.latest().has_value());
    BOOST_TEST(!run.latest_valid().has_value());
    BOOST_TEST(store->run("argon").history().empty());
    BOOST_TEST((steps_of(fork) == (Steps{1})));
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(what_forks_have_of_a_deleted_run_stays_and_they_are_named) {
  for_each_store([](TestStore& store) {
    CheckpointId first, second;
    {
      Run run = store->run("argon");
      first = commit(run, 1);
      second = commit(run, 2);
      run.tag(second, "t");
      run.put_writes(second, "task", {{"x", 1}});
      commit(run, 3);
      run.fork("b", {.at = second}).fork("c", {.at = first});
    }
    const DeletedRun report = store->delete_run("argon");
    BOOST_TEST(report.removed_count == 1u);
    BOOST_REQUIRE(report.kept.size() == 2u);
    BOOST_TEST((report.kept[0] == std::pair(second, Names{"b"})));
    BOOST_TEST((report.kept[1] == std::pair(first, Names{"b", "c"})));
    store.reopen();
    Run fork = store->run("b");
    BOOST_TEST((steps_of(fork) == (Steps{2, 1})));
    BOOST_TEST((fork.tagged("t").value().id == second));
    BOOST_TEST(fork.pending_writes(second).size() == 1u);
    BOOST_TEST(fork.restart<std::int64_t>("state").value() == 2);
    BOOST_TEST((fork.forked_from() == std::pair(std::string("argon"), second)));
    BOOST_TEST(store->find_checkpoint(second).value().run == "argon");
    BOOST_TEST((names_of(*store) == (Names{"b", "c"})));
    BOOST_TEST(store->stats().checkpoint_count == 2u);
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(a_deleted_run_loses_the_rest_with_its_last_fork) {
  for_each_store([](TestStore& store) {
    CheckpointId first;
    {
      Run run = store->run("argon");
      first = commit(run, 1);
      commit(run, 2);
      run.fork("b");
      run.fork("c", {.at = first});
    }
    BOOST_TEST(store->delete_run("argon").removed_count == 0u);
    BOOST_TEST(store->delete_run("b").removed_count == 1u);
    BOOST_TEST((steps_of(store->run("c")) == (Steps{1})));
    BOOST_TEST(store->stats().checkpoint_count == 1u);
    check_clean(*store);
    BOOST_TEST(store->delete_run("c").removed_count == 1u);
    BOOST_TEST(!store->find_checkpoint(first).has_value());
    BOOST_TEST(store->stats().checkpoint_count == 0u);
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(a_deleted_fork_between_two_runs_lets_go_of_what_only_it_had) {
  for_each_store([](TestStore& store) {
    {
      Run a = store->run("a");
      const CheckpointId first = commit(a, 1);
      commit(a, 2);
      Run b = a.fork("b");
      commit(b, 3);
      b.fork("c", {.at = first});
    }
    BOOST_TEST(store->delete_run("b").removed_count == 1u);
    BOOST_TEST(store->run("a").prune({}).removed.size() == 1u);  // the fork of the fork has the other
    BOOST_TEST((steps_of(store->run("c")) == (Steps{1})));
    BOOST_TEST(store->delete_run("a").removed_count == 0u);
    BOOST_TEST((steps_of(store->run("c")) == (Steps{1})));
    check_clean(*store);
    BOOST_TEST(store->delete_run("c").removed_count == 1u);
    BOOST_TEST(store->stats().checkpoint_count == 0u);
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(a_living_parent_keeps_what_is_its_own) {
  for_each_store([](TestStore& store) {
    {
      Run run = store->run("argon");
      commit(run, 1);
      Run fork = run.fork("what-if");
      commit(fork, 2);
    }
    const DeletedRun report = store->delete_run("what-if");
    BOOST_TEST(report.removed_count == 1u);
    BOOST_TEST(report.kept.empty());
    BOOST_TEST((steps_of(store->run("argon")) == (Steps{1})));
    BOOST_TEST(store->run("argon").prune({}).removed.size() == 1u);
  });
}

// For each commit of the deletion: it fails, or happens without being told. What was not done then is done by compact.
BOOST_AUTO_TEST_CASE(a_deletion_that_is_interrupted_leaves_a_sound_store_and_is_finished_later) {
  for (const Failure failure : {Failure::nothing_changed, Failure::never_told})
    for (std::uint64_t nth = 1; nth <= 3; ++nth) BOOST_TEST_CONTEXT("commit " << nth << ", failure " << static_cast<int>(failure)) {
      auto owned = std::make_unique<FailingEngine>();
      FailingEngine& engine = *owned;
      Store store = make_store(std::move(owned));
      Run a = store.run("a");
      commit(a, 1);
      Run b = a.fork("b");
      commit(b, 2);
      Run c = b.fork("c");
      commit(c, 3);
      store.delete_run("a");
      store.delete_run("b");
      BOOST_TEST(store.stats().checkpoint_count == 3u);
      engine.failure = failure;
      engine.fails_at = engine.publishes + nth;
      BOOST_CHECK_THROW(store.delete_run("c"), Error);
      check_clean(store);
      const bool is_deleted = nth > 1 || failure == Failure::never_told;
      BOOST_TEST(store.find_run("c").has_value() == !is_deleted);
      if (!is_deleted) BOOST_TEST((steps_of(store.run("c")) == (Steps{3, 2, 1})));
      store.compact();
      check_clean(store);
      BOOST_TEST(store.stats().checkpoint_count == (is_deleted ? 0u : 3u));
      engine.before_publish = [](const engine::Commit& commit) { BOOST_TEST(commit.cell < format::kFirstRunCell); };
      store.compact();  // nothing is left to do in runs
      engine.before_publish = {};
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
