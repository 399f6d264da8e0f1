// Histories: what they list and in which order, page by page, and what tags name in them.
#include <boost/test/unit_test.hpp>

#include "store/counting_engine.h"
#include "store/stores.h"

namespace cairn::test {
namespace {

std::vector<CheckpointId> commit_steps(Run& run, std::initializer_list<std::int64_t> steps) {
  std::vector<CheckpointId> ids;
  for (const std::int64_t step : steps)
    ids.push_back(run.checkpoint(step).save("state", static_cast<std::int64_t>(ids.size())).commit().id);
  return ids;
}

BOOST_AUTO_TEST_SUITE(histories)

BOOST_AUTO_TEST_CASE(a_history_is_listed_newest_first_between_two_checkpoints) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    const auto ids = commit_steps(run, {1, 2, 3, 4, 5});
    BOOST_TEST((steps_of(run.history()) == (Steps{5, 4, 3, 2, 1})));
    BOOST_TEST((steps_of(run.history({.before = ids[3]})) == (Steps{3, 2, 1})));
    BOOST_TEST((steps_of(run.history({.after = ids[1]})) == (Steps{5, 4, 3})));
    BOOST_TEST((steps_of(run.history({.before = ids[4], .after = ids[1], .limit = 1})) == (Steps{4})));
    BOOST_TEST(run.history({.before = ids[0]}).empty());
    BOOST_TEST(run.history({.after = ids[4]}).empty());
    BOOST_TEST(run.history({.before = ids[1], .after = ids[3]}).empty());
    BOOST_TEST(run.history({.limit = 0}).empty());
  });
}

BOOST_AUTO_TEST_CASE(checkpoints_of_one_step_are_found_among_others) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    const auto ids = commit_steps(run, {7, 8, 7, -7, 7, 8});
    const auto sevens = run.history({.step = 7});
    BOOST_REQUIRE(sevens.size() == 3u);
    BOOST_TEST((sevens[0].id == ids[4] && sevens[1].id == ids[2] && sevens[2].id == ids[0]));
    BOOST_TEST(run.history({.before = ids[4], .step = 7}).size() == 2u);
    BOOST_TEST(run.history({.after = ids[0], .step = 7}).size() == 2u);
    BOOST_TEST((run.history({.step = -7}).at(0).id == ids[3]));
    BOOST_TEST(run.history({.step = 9}).empty());
    BOOST_TEST(run.history({.step = 7, .limit = 2}).size() == 2u);
  });
}

BOOST_AUTO_TEST_CASE(notes_are_compared_as_stored_values) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    run.checkpoint(1).note("n", 1).note("list", List{1, "two"}).commit();
    run.checkpoint(2).note("n", 1.0).commit();
    run.checkpoint(3).note("n", "1").commit();
    run.checkpoint(4).note("n", 1).note("m", nullptr).commit();
    run.checkpoint(5).commit();
    BOOST_TEST((steps_of(run.history({.metadata = Map{{"n", 1}}})) == (Steps{4, 1})));
    BOOST_TEST((steps_of(run.history({.metadata = Map{{"n", 1.0}}})) == (Steps{2})));
    BOOST_TEST((steps_of(run.history({.metadata = Map{{"n", 1}, {"m", nullptr}}})) == (Steps{4})));
    BOOST_TEST((steps_of(run.history({.metadata = Map{{"list", List{1, "two"}}}})) == (Steps{1})));
    BOOST_TEST(run.history({.metadata = Map{{"n", 2}}}).empty());
    BOOST_TEST((steps_of(run.history({.metadata = Map{{"n", 1}}, .limit = 1})) == (Steps{4})));
  });
}

BOOST_AUTO_TEST_CASE(pages_follow_each_other_while_others_commit) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    commit_steps(run, {1, 2, 3, 4, 5, 6, 7});
    Steps seen;
    HistoryOptions options{.limit = 2};
    for (std::int64_t later = 100;; ++later) {
      const auto page = run.history(options);
      for (const Checkpoint& checkpoint : page) seen.push_back(checkpoint.step);
      if (page.size() < options.limit) break;
      options.before = page.back().id;
      run.checkpoint(later).commit();
    }
    BOOST_TEST((seen == (Steps{7, 6, 5, 4, 3, 2, 1})));
  });
}

BOOST_AUTO_TEST_CASE(a_checkpoint_of_another_run_is_no_place_in_the_history) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon"), other = store->run("neon");
    commit_steps(run, {1});
    const CheckpointId id = commit_steps(other, {5}).front();
    BOOST_CHECK_EXCEPTION(run.history({.before = id}), Error, has_code(ErrorCode::not_found, id.hex()));
    BOOST_CHECK_EXCEPTION(run.history({.after = id}), Error, has_code(ErrorCode::not_found, id.hex()));
    BOOST_CHECK_EXCEPTION(run.history({.before = CheckpointId{}}), Error, has_code(ErrorCode::not_found));
  });
}

BOOST_AUTO_TEST_CASE(a_page_costs_the_same_reads_however_long_the_history_is) {
  const auto reads_of = [](std::int64_t length, const HistoryOptions& options) {
    auto owned = std::make_unique<CountingEngine>();
    CountingEngine& engine = *owned;
    Store store = make_store(std::move(owned));
    Run run = store.run("argon");
    for (std::int64_t step = 1; step <= length; ++step) run.checkpoint(step % 7).note("n", step).commit();
    run.tag(run.latest().value().id, "newest");
    const std::uint64_t before = engine.reads;
    BOOST_TEST(run.history(options).size() == options.limit);
    return engine.reads - before;
  };
  BOOST_TEST(reads_of(20, {.limit = 10}) == reads_of(500, {.limit = 10}));
  BOOST_TEST(reads_of(20, {.step = 3, .limit = 2}) == reads_of(500, {.step = 3, .limit = 2}));
  BOOST_TEST(reads_of(500, {.limit = 10}) < 50u);
}

BOOST_AUTO_TEST_CASE(a_tag_moves_and_goes) {
  for_each_store([](TestStore& store) {
    {
      Run run = store->run("argon");
      const auto ids = commit_steps(run, {1, 2});
      run.tag(ids[0], "good");
      BOOST_TEST((run.tagged("good").value().id == ids[0]));
      BOOST_TEST((run.history().back().tags == std::vector<std::string>{"good"}));
      run.tag(ids[1], "good");
      BOOST_TEST((run.tagged("good").value().id == ids[1]));
      run.tag(ids[1], "good");
      run.tag(ids[1], "best");
    }
    store.reopen();
    BOOST_TEST((store->run("argon").latest().value().tags == std::vector<std::string>{"best", "good"}));
  });
}

BOOST_AUTO_TEST_CASE(a_tag_that_was_removed_names_nothing) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    const auto ids = commit_steps(run, {1});
    run.tag(ids[0], "good");
    BOOST_TEST(run.untag("good"));
    BOOST_TEST(!run.tagged("good").has_value());
    BOOST_TEST(run.latest().value().tags.empty());
    BOOST_TEST(!run.untag("good"));
    BOOST_TEST(!run.untag("never there"));
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(a_tag_is_a_name_and_is_given_to_a_checkpoint_of_the_run) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon"), other = store->run("neon");
    const CheckpointId mine = commit_steps(run, {1}).front(), others = commit_steps(other, {5}).front();
    for (const std::string& bad : {std::string(), std::string(256, 't'), std::string("a\0b", 3), std::string("\xff")})
      BOOST_CHECK_EXCEPTION(run.tag(mine, bad), Error, has_code(ErrorCode::invalid_argument));
    BOOST_CHECK_EXCEPTION(run.tag(others, "good"), Error, has_code(ErrorCode::not_found));
    BOOST_TEST(!other.tagged("good").has_value());
  });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
