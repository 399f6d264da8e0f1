// Pending writes: what tasks have made since a checkpoint, recorded once.
#include <boost/test/unit_test.hpp>

#include "format/keys.h"
#include "store/failing_engine.h"
#include "store/stores.h"

namespace cairn::test {
namespace {

// "task index channel = value" of each, in the order in which they are listed.
std::vector<std::string> lines_of(const Store& store, const Run& run, const CheckpointId& checkpoint) {
  std::vector<std::string> lines;
  for (const PendingWrite& write : run.pending_writes(checkpoint))
    lines.push_back(write.task + " " + std::to_string(write.index) + " " + write.channel + " = " + store.text(write.value));
  return lines;
}

using Lines = std::vector<std::string>;

BOOST_AUTO_TEST_SUITE(pending_writes)

BOOST_AUTO_TEST_CASE(writes_of_a_task_are_kept_with_the_checkpoint_by_task_and_index) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    const CheckpointId id = run.checkpoint(1).commit().id;
    std::vector<std::pair<std::string, Value>> many;
    for (int i = 0; i < 11; ++i) many.emplace_back("c", i);
    run.put_writes(id, "b", {{"x", 1}, {"y", Map{{"k", List{1, 2}}}}});
    run.put_writes(id, "a b", many);
    run.put_writes(id, "a", {{"z", nullptr}});
    run = Store::in_memory().run("none");
    store.reopen();
    const Run again = store->run("argon");
    const Lines lines = lines_of(*store, again, id);
    BOOST_REQUIRE(lines.size() == 14u);
    BOOST_TEST(lines[0] == "a 0 z = null");
    for (int i = 0; i < 11; ++i) BOOST_TEST(lines[1 + static_cast<std::size_t>(i)] == "a b " + std::to_string(i) + " c = " + std::to_string(i));
    BOOST_TEST(lines[12] == "b 0 x = 1");
    BOOST_TEST((store->get_value(again.pending_writes(id)[13].value) == Value(Map{{"k", List{1, 2}}})));
    BOOST_TEST((again.pending_writes(id)[0].time > Timestamp{}));
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(the_first_write_in_a_place_stands) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    const CheckpointId id = run.checkpoint(1).commit().id;
    run.put_writes(id, "t", {{"x", 1}});
    run.put_writes(id, "t", {{"x", 2}});
    BOOST_TEST((lines_of(*store, run, id) == (Lines{"t 0 x = 1"})));
    run.put_writes(id, "t", {{"other", 3}, {"y", 4}});
    BOOST_TEST((lines_of(*store, run, id) == (Lines{"t 0 x = 1", "t 1 y = 4"})));
    run.put_writes(id, "u", {});
    BOOST_TEST(run.pending_writes(id).size() == 2u);
  });
}

BOOST_AUTO_TEST_CASE(putting_what_is_recorded_again_commits_nothing) {
  auto owned = std::make_unique<FailingEngine>();
  FailingEngine& engine = *owned;
  Store store = make_store(std::move(owned));
  Run run = store.run("argon");
  const CheckpointId id = run.checkpoint(1).commit().id;
  run.put_writes(id, "t", {{"x", 1}, {"y", 2}});
  const std::uint64_t before = engine.publishes;
  run.put_writes(id, "t", {{"x", 5}});
  BOOST_TEST(engine.publishes == before);
}

BOOST_AUTO_TEST_CASE(writes_are_put_all_or_none_in_one_commit) {
  auto owned = std::make_unique<FailingEngine>();
  FailingEngine& engine = *owned;
  Store store = make_store(std::move(owned));
  Run run = store.run("argon");
  const CheckpointId id = run.checkpoint(1).commit().id;
  engine.fails_at = engine.publishes + 1;
  BOOST_CHECK_EXCEPTION(run.put_writes(id, "t", {{"x", 1}, {"y", 2}}), Error, has_code(ErrorCode::no_space));
  BOOST_TEST(run.pending_writes(id).empty());
  run.put_writes(id, "t", {{"x", 1}, {"y", 2}});
  BOOST_TEST(run.pending_writes(id).size() == 2u);
  check_clean(store);
}

BOOST_AUTO_TEST_CASE(each_checkpoint_begins_without_writes) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    const CheckpointId first = run.checkpoint(1).commit().id;
    run.put_writes(first, "t", {{"x", 1}});
    const CheckpointId second = run.checkpoint(2).commit().id;
    BOOST_TEST(run.pending_writes(second).empty());
    BOOST_TEST(run.pending_writes(first).size() == 1u);
    run.put_writes(first, "t", {{"x", 1}, {"y", 2}});  // an older one gets them as well
    BOOST_TEST(run.pending_writes(first).size() == 2u);
  });
}

BOOST_AUTO_TEST_CASE(what_is_no_name_or_no_checkpoint_of_the_run_is_refused) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon"), other = store->run("neon");
    const CheckpointId id = run.checkpoint(1).commit().id;
    for (const std::string& bad : {std::string(), std::string(256, 't'), std::string("a\0b", 3), std::string("\xff")}) {
      BOOST_CHECK_EXCEPTION(run.put_writes(id, bad, {{"x", 1}}), Error, has_code(ErrorCode::invalid_argument, "task"));
      BOOST_CHECK_EXCEPTION(run.put_writes(id, "t", {{bad, 1}}), Error, has_code(ErrorCode::invalid_argument, "channel"));
    }
    BOOST_CHECK_EXCEPTION(run.put_writes(id, "t", {{"x", Value(ObjectId{})}}), Error, has_code(ErrorCode::not_found));
    BOOST_CHECK_EXCEPTION(other.put_writes(id, "t", {{"x", 1}}), Error, has_code(ErrorCode::not_found, id.hex()));
    BOOST_CHECK_EXCEPTION(other.pending_writes(id), Error, has_code(ErrorCode::not_found, id.hex()));
    BOOST_CHECK_EXCEPTION(run.put_writes(CheckpointId{}, "t", {{"x", 1}}), Error, has_code(ErrorCode::not_found));
    BOOST_TEST(run.pending_writes(id).empty());
  });
}

BOOST_AUTO_TEST_CASE(a_fork_has_the_writes_that_were_there_when_it_was_made) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    const CheckpointId id = run.checkpoint(1).commit().id;
    run.put_writes(id, "t", {{"x", 1}});
    Run fork = run.fork("what-if");
    run.put_writes(id, "u", {{"x", 2}});
    fork.put_writes(id, "t", {{"x", 3}, {"y", 4}});
    fork.put_writes(id, "u", {{"x", 5}});
    BOOST_TEST((lines_of(*store, run, id) == (Lines{"t 0 x = 1", "u 0 x = 2"})));
    BOOST_TEST((lines_of(*store, fork, id) == (Lines{"t 0 x = 1", "t 1 y = 4", "u 0 x = 5"})));
    const Run of_fork = fork.fork("further");
    fork.put_writes(id, "v", {{"x", 6}});
    run.put_writes(id, "v", {{"x", 7}});
    BOOST_TEST((lines_of(*store, of_fork, id) == (Lines{"t 0 x = 1", "t 1 y = 4", "u 0 x = 5"})));
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
