// What a store does by itself while it is written to.
#include <boost/test/unit_test.hpp>

#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <string>

#include "store/clocked.h"
#include "store/stores.h"
#include "store/upkeep.h"

namespace cairn::test {
namespace {

void commit(Run& run, std::int64_t step, Durability durability = Durability::sync) {
  run.checkpoint(step).save("state", step).commit({.durability = durability});
}

const Upkeep kLastTwo{.retention = RetentionPolicy{.last = 2}, .prune_every = 3};

// A store in memory with upkeep, on an engine that may fail.
struct KeptUp {
  explicit KeptUp(const Upkeep& upkeep) {
    auto owned = std::make_unique<FailingEngine>();
    engine = owned.get();
    state = std::make_shared<store::StoreState>(std::move(owned), format::ObjectOptions(), "a store that is kept up",
                                                OpenOptions().background_bytes, std::make_shared<store::Clock>(), OpenOptions().memory_bytes, upkeep);
  }
  Store open() const { return store::make_store(state); }

  FailingEngine* engine;
  std::shared_ptr<store::StoreState> state;
};

// What is written to stderr meanwhile.
class WrittenErrors {
 public:
  WrittenErrors() : kept_(::dup(STDERR_FILENO)), file_(std::tmpfile()) { ::dup2(::fileno(file_), STDERR_FILENO); }
  ~WrittenErrors() {
    ::dup2(kept_, STDERR_FILENO);
    ::close(kept_);
    std::fclose(file_);
  }
  WrittenErrors(const WrittenErrors&) = delete;
  WrittenErrors& operator=(const WrittenErrors&) = delete;

  std::string text() const {
    std::string text(4096, '\0');
    const ssize_t size = ::pread(::fileno(file_), text.data(), text.size(), 0);
    text.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
    return text;
  }

 private:
  int kept_;
  std::FILE* file_;
};

BOOST_AUTO_TEST_SUITE(upkeep)

BOOST_AUTO_TEST_CASE(each_run_is_pruned_after_so_many_commits) {
  const KeptUp kept(kLastTwo);
  Store store = kept.open();
  Run argon = store.run("argon"), neon = store.run("neon");
  for (std::int64_t step : {1, 2}) commit(argon, step), commit(neon, step);
  kept.state->upkeep().wait();
  BOOST_TEST((steps_of(argon) == Steps{2, 1}));
  commit(argon, 3);
  kept.state->upkeep().wait();
  BOOST_TEST((steps_of(argon) == Steps{3, 2}));
  BOOST_TEST((steps_of(neon) == Steps{2, 1}));
  for (std::int64_t step : {4, 5}) commit(argon, step);
  kept.state->upkeep().wait();
  BOOST_TEST((steps_of(argon) == Steps{5, 4, 3, 2}));
  commit(argon, 5);  // equal: no checkpoint
  kept.state->upkeep().wait();
  BOOST_TEST((steps_of(argon) == Steps{5, 4, 3, 2}));
  check_clean(store);
}

BOOST_AUTO_TEST_CASE(what_is_due_is_pruned_before_the_store_closes) {
  TemporaryDirectory directory;
  for (const Durability durability : {Durability::sync, Durability::async, Durability::on_close}) {
    const std::string name = durability_name(durability);
    {
      Store store = Store::open(directory.path() / "store", {.upkeep = kLastTwo});
      Run run = store.run(name);
      for (std::int64_t step = 1; step <= 6; ++step) commit(run, step, durability);
    }
    Store store = Store::open(directory.path() / "store");
    BOOST_TEST((steps_of(store.run(name)) == Steps{6, 5}));
    check_clean(store);
  }
}

BOOST_AUTO_TEST_CASE(commits_that_wait_are_not_disturbed_and_the_newest_stays) {
  const KeptUp kept({.retention = RetentionPolicy{.tagged = false}, .prune_every = 1});
  {
    Store store = kept.open();
    Run run = store.run("argon");
    for (std::int64_t step = 1; step <= 100; ++step) commit(run, step, step % 3 == 0 ? Durability::on_close : Durability::async);
    run.flush();
    kept.state->upkeep().wait();
    BOOST_TEST((steps_of(run) == Steps{100}));
    check_clean(store);
  }
}

BOOST_AUTO_TEST_CASE(nothing_is_done_unless_it_is_asked_for) {
  const KeptUp kept({});
  Store store = kept.open();
  Run run = store.run("argon");
  for (std::int64_t step = 1; step <= 40; ++step) commit(run, step);
  kept.state->upkeep().wait();
  BOOST_TEST(run.history().size() == 40u);
}

BOOST_AUTO_TEST_CASE(a_failure_of_upkeep_fails_no_commit_and_it_is_tried_again) {
  const KeptUp kept(kLastTwo);
  Store store = kept.open();
  Run run = store.run("argon");
  for (std::int64_t step : {1, 2}) commit(run, step);
  kept.engine->fails_at = kept.engine->publishes + 2;  // the third commit is the next, and the prune comes behind it
  commit(run, 3);
  kept.state->upkeep().wait();
  BOOST_TEST((steps_of(run) == Steps{3, 2, 1}));
  for (std::int64_t step : {4, 5, 6}) commit(run, step);
  kept.state->upkeep().wait();
  BOOST_TEST((steps_of(run) == Steps{6, 5}));
}

BOOST_AUTO_TEST_CASE(a_run_that_was_deleted_meanwhile_is_no_failure) {
  const KeptUp kept({.retention = RetentionPolicy{.last = 1}, .prune_every = 1});
  Store store = kept.open();
  const WrittenErrors errors;
  for (int i = 0; i < 20; ++i) {
    {
      Run run = store.run("argon");
      for (std::int64_t step : {1, 2, 3}) commit(run, step);
    }
    store.delete_run("argon");
  }
  kept.state->upkeep().wait();
  BOOST_TEST(errors.text() == "");
  BOOST_TEST(store.runs().empty());
  check_clean(store);
}

BOOST_AUTO_TEST_CASE(it_is_collected_once_enough_was_removed) {
  std::atomic<int> collections = 0;
  const auto state = std::make_shared<store::StoreState>(engine::make_memory_engine());
  store::UpkeepWork work({.retention = RetentionPolicy{.last = 1}, .prune_every = 1, .collect_bytes = 10'000}, [&] { ++collections; });
  Store store = store::make_store(state);
  Run run = store.run("argon");
  const auto add = [&](std::int64_t step) {
    run.checkpoint(step).save("state", std::string(4'000, static_cast<char>('a' + step))).commit();
    work.note_commit(*state->open_run("argon"));
    work.wait();
  };
  for (std::int64_t step = 1; step <= 3; ++step) add(step);  // two were removed
  BOOST_TEST(collections == 0);
  add(4);
  BOOST_TEST(collections == 1);
  for (std::int64_t step = 5; step <= 6; ++step) add(step);
  BOOST_TEST(collections == 1);
  add(7);
  BOOST_TEST(collections == 2);
}

BOOST_AUTO_TEST_CASE(upkeep_that_means_nothing_is_refused) {
  BOOST_CHECK_EXCEPTION(Store::in_memory({.upkeep = {.prune_every = 0}}), Error, has_code(ErrorCode::invalid_argument, "upkeep"));
  BOOST_CHECK_EXCEPTION(Store::in_memory({.upkeep = {.retention = RetentionPolicy{.every = 0}}}), Error,
                        has_code(ErrorCode::invalid_argument, "0th"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
