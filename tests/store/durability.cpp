// What is on disk, and when, for each durability; and what becomes of commits that fail while nobody waits for them.
#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <sstream>

#include "store/gate.h"
#include "store/stores.h"

namespace cairn::test {
namespace {

constexpr CommitOptions kAsync{Durability::async}, kOnClose{Durability::on_close};

bool is_ready(const std::shared_future<void>& future) {
  return future.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
}

Receipt commit(Run& run, std::int64_t step, const CommitOptions& options = {}) {
  return run.checkpoint(step).save("state", particles(step)).commit(options);
}

void add_node(Run& run) {
  Transaction transaction = run.transaction();
  transaction.add({.kind = NodeKind::data, .type = "number"});
  transaction.commit();
}

// The ids of the history, oldest first.
std::vector<CheckpointId> ids_of(const Run& run) {
  std::vector<CheckpointId> ids;
  for (const Checkpoint& checkpoint : run.history()) ids.insert(ids.begin(), checkpoint.id);
  return ids;
}

// What `action` writes to standard error.
std::string errors_of(const std::function<void()>& action) {
  const TemporaryDirectory directory;
  const std::string path = (directory.path() / "errors").string();
  std::fflush(stderr);
  const int kept = ::dup(2), file = ::open(path.c_str(), O_WRONLY | O_CREAT, 0600);
  BOOST_REQUIRE(::dup2(file, 2) == 2);
  action();
  std::fflush(stderr);
  ::dup2(kept, 2);
  ::close(kept);
  ::close(file);
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

BOOST_AUTO_TEST_SUITE(durability)

BOOST_AUTO_TEST_CASE(an_async_commit_is_told_at_once_and_seen_when_it_is_on_disk) {
  GatedStore store;
  Run run = store->run("argon");
  store.gate().close();
  const Receipt receipt = commit(run, 7, kAsync);
  BOOST_TEST(receipt.sequence == 1u);
  BOOST_TEST(receipt.bytes_new > 0u);
  BOOST_TEST(!is_ready(receipt.durable));
  BOOST_TEST(!run.latest().has_value());
  BOOST_TEST(!store->find_checkpoint(receipt.id).has_value());
  store.gate().open();
  receipt.durable.get();
  const Checkpoint found = run.latest().value();
  BOOST_TEST((found.id == receipt.id));
  BOOST_TEST((found.time == receipt.time));
  BOOST_TEST(found.bytes_new == receipt.bytes_new);
  BOOST_TEST((run.restart<Particles>("state").value() == particles(7)));
  check_clean(*store);
}

BOOST_AUTO_TEST_CASE(commits_are_on_disk_in_the_order_of_their_calls) {
  for_each_store([](TestStore& store) {
    std::vector<CheckpointId> ids;
    {
      Run run = store->run("argon");
      for (std::int64_t i = 0; i < 60; ++i) {
        const auto durability = static_cast<Durability>(i * 7 % 11 % 3);
        const Receipt receipt = commit(run, i, {durability});
        BOOST_TEST(receipt.sequence == ids.size() + 1);
        ids.push_back(receipt.id);
        if (durability == Durability::sync) BOOST_TEST((ids_of(run) == ids));
        if (i % 13 == 0) run.step("relax", {{"i", i}}, [&] { return i; });
      }
      run.flush();
      BOOST_TEST((ids_of(run) == ids));
    }
    store.reopen();
    const Run run = store->run("argon");
    BOOST_TEST((ids_of(run) == ids));
    const std::vector<Checkpoint> history = run.history();
    for (std::size_t i = 0; i + 1 < history.size(); ++i) BOOST_TEST((history[i].parent == history[i + 1].id));
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(a_commit_on_close_waits_for_the_next_that_does_not) {
  const std::vector<std::function<void(Run&, Store&)>> nexts = {
      [](Run& run, Store&) { commit(run, 9); },
      [](Run& run, Store&) { commit(run, 9, kAsync).durable.get(); },
      [](Run& run, Store&) { run.flush(); },
      [](Run&, Store& store) { store.flush(); },
      [](Run& run, Store&) { run.step("relax", {}, [] { return 1; }); },
      [](Run& run, Store&) { add_node(run); },
      [](Run& run, Store&) { run.checkpoint(9).commit_async().get(); },
  };
  for (const auto& next : nexts) {
    GatedStore store;
    Run run = store->run("argon");
    const std::uint64_t publishes = store.engine().publishes;
    const Receipt receipt = commit(run, 1, kOnClose), later = commit(run, 2, kOnClose);
    BOOST_TEST(later.sequence == 2u);
    BOOST_TEST(!is_ready(receipt.durable));
    BOOST_TEST(store.engine().publishes == publishes);
    next(run, *store);
    BOOST_TEST(is_ready(receipt.durable));
    BOOST_TEST(is_ready(later.durable));
    BOOST_REQUIRE(run.history().size() >= 2u);
    BOOST_TEST((ids_of(run)[0] == receipt.id));
    BOOST_TEST((ids_of(run)[1] == later.id));
  }
}

BOOST_AUTO_TEST_CASE(closing_the_store_writes_what_waits_though_no_handle_of_its_run_is_left) {
  for (const CommitOptions& options : {kAsync, kOnClose}) {
    on_disk([&](TestStore& store) {
      std::vector<Receipt> receipts;
      for (std::int64_t step = 1; step <= 5; ++step) {
        receipts.push_back(store->run("argon").checkpoint(step).save("state", particles(step)).commit(options));
        store->run("neon").checkpoint(step).save("state", particles(step)).commit(options);
      }
      store.close();
      for (const Receipt& receipt : receipts) BOOST_TEST(is_ready(receipt.durable));
      store.reopen();
      BOOST_TEST(store->run("argon").history().size() == 5u);
      BOOST_TEST((store->run("argon").latest().value().id == receipts.back().id));
      BOOST_TEST((store->run("neon").restart<Particles>("state").value() == particles(5)));
      check_clean(*store);
    });
  }
}

BOOST_AUTO_TEST_CASE(a_commit_equal_to_one_that_waits_is_that_one) {
  GatedStore store;
  Run run = store->run("argon");
  store.gate().close();
  const Receipt first = commit(run, 1, kAsync);
  const Receipt again = commit(run, 1, kAsync);
  BOOST_TEST(again.existed);
  BOOST_TEST((again.id == first.id));
  BOOST_TEST(again.sequence == 1u);
  BOOST_TEST(!is_ready(again.durable));
  const Receipt other = run.checkpoint(1).save("state", particles(2)).commit(kAsync);
  BOOST_TEST(!other.existed);
  BOOST_TEST(other.sequence == 2u);
  const Receipt back = commit(run, 1, kAsync);  // the newest of the step is another one now
  BOOST_TEST(!back.existed);
  const Receipt tagged = run.checkpoint(1).save("state", particles(1)).tag("good").commit(kAsync);
  BOOST_TEST(tagged.existed);
  BOOST_TEST((tagged.id == back.id));
  store.gate().open();
  tagged.durable.get();
  BOOST_TEST(is_ready(again.durable));
  BOOST_TEST((run.tagged("good").value().id == back.id));
  BOOST_TEST(run.history().size() == 3u);
  BOOST_TEST(commit(run, 1).existed);
  check_clean(*store);
}

BOOST_AUTO_TEST_CASE(a_failure_is_told_by_the_future_and_once_by_the_next_call) {
  const std::vector<std::function<void(Run&, Store&)>> nexts = {
      [](Run& run, Store&) { commit(run, 9); },
      [](Run& run, Store&) { commit(run, 9, kAsync); },
      [](Run& run, Store&) { commit(run, 9, kOnClose); },
      [](Run& run, Store&) { run.checkpoint(9).commit_async(); },
      [](Run& run, Store&) { run.flush(); },
      [](Run&, Store& store) { store.flush(); },
      [](Run& run, Store&) { run.step("relax", {}, [] { return 1; }); },
      [](Run& run, Store&) { add_node(run); },
      [](Run& run, Store&) { run.finish(); },
  };
  for (const auto& next : nexts) {
    GatedStore store;
    Run run = store->run("argon");
    commit(run, 1);
    store.fail_next();
    const Receipt receipt = commit(run, 2, kAsync);
    BOOST_CHECK_EXCEPTION(receipt.durable.get(), Error, has_code(ErrorCode::no_space, "commit checkpoint 2 of run argon"));
    const std::uint64_t publishes = store.engine().publishes;
    BOOST_CHECK_EXCEPTION(next(run, *store), Error, has_code(ErrorCode::no_space, "commit checkpoint 2 of run argon"));
    BOOST_TEST(store.engine().publishes == publishes);  // and nothing else was done
    BOOST_TEST(run.history().size() == 1u);
    next(run, *store);
    BOOST_TEST(commit(run, 3).sequence >= 2u);
    check_clean(*store);
  }
}

BOOST_AUTO_TEST_CASE(those_behind_a_failed_commit_fail_and_name_it) {
  GatedStore store;
  Run run = store->run("argon");
  store.gate().close();
  const Receipt first = commit(run, 1, kAsync);
  store.gate().await_arrival();
  store.fail_next();
  std::vector<Receipt> later;
  for (const std::int64_t step : {2, 3}) later.push_back(commit(run, step, kAsync));
  later.push_back(commit(run, 4, kOnClose));
  const PendingCommit last = run.checkpoint(5).save("state", 5).commit_async();
  store.gate().open();
  for (const Receipt& receipt : later)
    BOOST_CHECK_EXCEPTION(receipt.durable.get(), Error, has_code(ErrorCode::no_space, "commit checkpoint 1 of run argon"));
  BOOST_CHECK_EXCEPTION(last.get(), Error, has_code(ErrorCode::no_space, "commit checkpoint 5 of run argon: not done"));
  BOOST_CHECK_EXCEPTION(run.flush(), Error, has_code(ErrorCode::no_space));
  BOOST_CHECK_EXCEPTION(first.durable.get(), Error, has_code(ErrorCode::no_space));
  BOOST_TEST(run.history().empty());
  const Receipt anew = commit(run, 1, kAsync);
  BOOST_TEST(anew.sequence == 1u);
  anew.durable.get();
  BOOST_TEST((run.latest().value().id == anew.id));
  check_clean(*store);
}

BOOST_AUTO_TEST_CASE(after_a_failure_of_unknown_outcome_the_run_goes_on_from_what_is_on_disk) {
  GatedStore store;
  Run run = store->run("argon");
  store.fail_next(Failure::never_told);
  const Receipt receipt = commit(run, 1, kAsync);
  BOOST_CHECK_EXCEPTION(receipt.durable.get(), Error, has_code(ErrorCode::unknown_outcome));
  BOOST_CHECK_EXCEPTION(run.flush(), Error, has_code(ErrorCode::unknown_outcome));
  const Receipt next = commit(run, 2, kAsync);
  BOOST_TEST(next.sequence == 2u);
  run.flush();
  BOOST_TEST((run.latest().value().parent == receipt.id));
}

BOOST_AUTO_TEST_CASE(a_failure_is_that_of_its_run_alone) {
  GatedStore store;
  Run argon = store->run("argon"), neon = store->run("neon");
  store.fail_next();
  BOOST_CHECK_THROW(commit(argon, 1, kAsync).durable.get(), Error);
  BOOST_TEST(commit(neon, 1).sequence == 1u);
  commit(neon, 2, kAsync).durable.get();
  BOOST_CHECK_THROW(argon.flush(), Error);
  store->flush();
}

BOOST_AUTO_TEST_CASE(a_builder_that_was_told_of_an_earlier_failure_can_be_committed) {
  for (const CommitOptions& options : {CommitOptions{}, kAsync, kOnClose}) {
    GatedStore store;
    Run run = store->run("argon");
    CheckpointBuilder builder = run.checkpoint(2);
    builder.save("state", particles(2));
    store.fail_next();
    BOOST_CHECK_THROW(commit(run, 1, kAsync).durable.get(), Error);
    BOOST_CHECK_EXCEPTION(builder.commit(options), Error, has_code(ErrorCode::no_space));
    builder.commit(options);
    run.flush();
    BOOST_TEST((run.restart<Particles>("state").value() == particles(2)));
  }
}

BOOST_AUTO_TEST_CASE(a_failure_that_nobody_asked_for_is_written_to_standard_error_when_the_store_closes) {
  GatedStore store;
  {
    Run run = store->run("argon");
    store.fail_next();
    commit(run, 1, kAsync).durable.wait();
  }
  const std::string written = errors_of([&] { store.close(); });
  BOOST_TEST(written.find("commit checkpoint 1 of run argon: commit: the disk is full") != std::string::npos, written);
}

BOOST_AUTO_TEST_CASE(a_failure_that_was_told_is_not_written) {
  GatedStore store;
  {
    Run run = store->run("argon");
    store.fail_next();
    commit(run, 1, kAsync).durable.wait();
    BOOST_CHECK_THROW(run.flush(), Error);
  }
  BOOST_TEST(errors_of([&] { store.close(); }) == "");
}

BOOST_AUTO_TEST_CASE(what_is_wrong_with_a_call_is_said_at_once) {
  on_disk([](TestStore& store) {
    commit(*std::make_unique<Run>(store->run("argon")), 1);
    store.close();
    const Store reader = Store::open(store.path(), {.read_only = true});
    Run run = reader.find_run("argon").value();
    BOOST_CHECK_EXCEPTION(commit(run, 2, kAsync), Error, has_code(ErrorCode::read_only));
    run.flush();
  });
  GatedStore store;
  Run run = store->run("argon");
  CheckpointBuilder builder = run.checkpoint(1);
  builder.commit(kOnClose);
  BOOST_CHECK_EXCEPTION(builder.commit(kOnClose), Error, has_code(ErrorCode::invalid_argument));
  BOOST_CHECK_EXCEPTION(builder.commit_async(), Error, has_code(ErrorCode::invalid_argument));
}

BOOST_AUTO_TEST_CASE(many_waiting_commits_of_few_steps_are_found_again) {
  GatedStore store;
  Run run = store->run("argon");
  std::uint64_t sequence = 0;
  std::map<std::int64_t, int> newest;  // of each step
  for (int i = 0; i < 500; ++i) {
    const std::int64_t step = i * i % 7;
    const int value = i / 3 % 4;
    const bool exists = newest.contains(step) && newest[step] == value;
    const Receipt receipt = run.checkpoint(step).save("state", value).commit(i % 5 == 0 ? kAsync : kOnClose);
    BOOST_TEST(receipt.existed == exists);
    if (!exists) BOOST_TEST(receipt.sequence == ++sequence);
    newest[step] = value;
  }
  run.flush();
  BOOST_TEST(run.history().size() == sequence);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
