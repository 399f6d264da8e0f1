// Runs: made, found, continued, listed, and paged through.
#include <boost/test/unit_test.hpp>

#include "store/stores.h"

namespace cairn::test {
namespace {

void commit_steps(Run& run, std::int64_t count) {
  for (std::int64_t step = 1; step <= count; ++step) run.checkpoint(step).save("state", step).commit();
}

BOOST_AUTO_TEST_SUITE(runs)

BOOST_AUTO_TEST_CASE(a_new_run_is_a_running_workflow_without_checkpoints) {
  for_each_store([](TestStore& store) {
    const Run run = store->run("argon");
    BOOST_TEST(run.name() == "argon");
    BOOST_TEST(!run.latest().has_value());
    BOOST_TEST(run.history().empty());
    const Node node = run.node();
    BOOST_TEST((node.uuid == run.uuid()));
    BOOST_TEST((node.kind == NodeKind::workflow && node.state == NodeState::running));
    BOOST_TEST(node.run == "argon");
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(a_run_is_continued_after_the_store_was_closed) {
  for_each_store([](TestStore& store) {
    const Uuid uuid = store->run("argon").uuid();
    store->run("argon").checkpoint(1).save("state", 1).commit();
    store.reopen();
    Run run = store->run("argon");
    BOOST_TEST((run.uuid() == uuid));
    BOOST_TEST(run.checkpoint(2).save("state", 2).commit().sequence == 2u);
    BOOST_TEST((steps_of(run.history()) == std::vector<std::int64_t>{2, 1}));
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(only_a_name_that_was_given_finds_a_run) {
  for_each_store([](TestStore& store) {
    store->run("argon");
    BOOST_TEST(store->find_run("argon").has_value());
    BOOST_TEST(!store->find_run("argo").has_value());
    BOOST_TEST(!store->find_run("argon2").has_value());
    BOOST_TEST(!store->find_run("").has_value());
  });
}

BOOST_AUTO_TEST_CASE(bad_names_are_refused_and_leave_nothing) {
  for_each_store([](TestStore& store) {
    for (const std::string& name : {std::string(), std::string(256, 'x'), std::string("a\nb"), std::string("a\0b", 3),
                                    std::string("\x7f"), std::string("\xff\xfe")})
      BOOST_CHECK_EXCEPTION(store->run(name), Error, has_code(ErrorCode::invalid_argument));
    BOOST_TEST(store->runs().empty());
    BOOST_TEST(nodes_of(*store).empty());
  });
}

BOOST_AUTO_TEST_CASE(any_other_utf8_is_a_name) {
  for_each_store([](TestStore& store) {
    const std::vector<std::string> names = {" ", "../x", "a/b", std::string(255, 'x'), "\u5206\u5b50 42"};
    for (const std::string& name : names) store->run(name).checkpoint(1).save("state", name).commit();
    store.reopen();
    for (const std::string& name : names) BOOST_TEST(store->find_run(name).value().restart<std::string>("state").value() == name);
    BOOST_TEST(store->runs().size() == names.size());
  });
}

BOOST_AUTO_TEST_CASE(two_handles_are_one_run) {
  for_each_store([](TestStore& store) {
    Run first = store->run("argon"), second = store->run("argon");
    first.checkpoint(1).save("state", 1).commit();
    second.checkpoint(2).save("state", 2).commit();
    first.checkpoint(3).save("state", 3).commit();
    BOOST_TEST((steps_of(second.history()) == std::vector<std::int64_t>{3, 2, 1}));
  });
}

BOOST_AUTO_TEST_CASE(a_run_keeps_its_store_open) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    store.close();
    run.checkpoint(1).save("state", 7).commit();
    BOOST_TEST(run.restart<int>("state").value() == 7);
  });
}

BOOST_AUTO_TEST_CASE(runs_are_listed_by_name_with_their_newest_checkpoint) {
  for_each_store([](TestStore& store) {
    Run b = store->run("b");
    store->run("a");
    commit_steps(b, 3);
    const std::vector<RunInfo> infos = store->runs();
    BOOST_REQUIRE(infos.size() == 2u);
    BOOST_TEST(infos[0].name == "a");
    BOOST_TEST(!infos[0].latest.has_value());
    BOOST_TEST(infos[1].name == "b");
    BOOST_TEST((infos[1].uuid == b.uuid()));
    BOOST_TEST(infos[1].checkpoint_count == 3u);
    BOOST_TEST(infos[1].latest.value().step == 3);
  });
}

BOOST_AUTO_TEST_CASE(a_history_is_read_page_by_page) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    commit_steps(run, 7);
    BOOST_TEST(run.history({.before = std::nullopt, .limit = 0}).empty());
    std::vector<std::int64_t> seen;
    HistoryOptions page{.before = std::nullopt, .limit = 3};
    for (auto found = run.history(page); !found.empty(); found = run.history(page)) {
      BOOST_TEST(found.size() <= 3u);
      for (const std::int64_t step : steps_of(found)) seen.push_back(step);
      page.before = found.back().id;
    }
    BOOST_TEST((seen == std::vector<std::int64_t>{7, 6, 5, 4, 3, 2, 1}));
  });
}

BOOST_AUTO_TEST_CASE(a_history_does_not_go_on_from_a_checkpoint_of_another_run) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    const CheckpointId other = store->run("other").checkpoint(1).save("state", 1).commit().id;
    BOOST_CHECK_EXCEPTION(run.history({.before = other}), Error, has_code(ErrorCode::not_found));
    BOOST_CHECK_EXCEPTION(run.history({.before = CheckpointId{}}), Error, has_code(ErrorCode::not_found));
  });
}

BOOST_AUTO_TEST_CASE(runs_do_not_see_each_others_checkpoints) {
  for_each_store([](TestStore& store) {
    Run a = store->run("a"), b = store->run("b");
    a.checkpoint(1).save("state", 1).tag("best").commit();
    b.checkpoint(2).save("state", 2).commit();
    BOOST_TEST(!b.at(1).has_value());
    BOOST_TEST(!b.tagged("best").has_value());
    BOOST_TEST(a.history().size() == 1u);
  });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
