// Kills a program that makes checkpoints, forks, prunes and deletes runs. After each kill the store opens, verify finds nothing,
// and everything that was acknowledged holds: what a fork had when it was made, it has; what was deleted is gone; and what a
// deletion left undone, compact does.
#include <cairn/cairn.h>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>

#include "crash/process.h"
#include "crash/told.h"

namespace cairn::test {
namespace {

using Numbers = std::set<std::int64_t>;

class ChangedHistories {
 public:
  pid_t go_on() const { return start({CAIRN_HISTORY_WRITER, store_path().string(), acknowledgements().string(), std::to_string(next_)}); }

  void check() {
    const Told told = read_told(acknowledgements());
    if (!fs::exists(store_path() / "cairn")) {  // killed before there was a store
      BOOST_TEST(told.empty());
      return;
    }
    Store store = Store::open(store_path(), {.create = false});
    check_clean(store);
    check_main(store, told);
    check_forks(store, told);
    store.compact();
    check_clean(store);
    check_stored(store);
    const auto main = store.find_run("main");
    const auto newest = main ? main->latest() : std::nullopt;
    next_ = newest ? newest->step : 1;  // some of that round again
  }

  std::int64_t rounds_done() const { return next_; }
  std::size_t lines_told() const { return count_lines(acknowledgements()); }

 private:
  fs::path store_path() const { return directory_.path() / "store"; }
  fs::path acknowledgements() const { return directory_.path() / "acknowledgements"; }

  static void check_clean(const Store& store) {
    for (const Damage& damage : store.verify().damage) BOOST_ERROR(damage.kind << " " << damage.id << ": " << damage.problem);
  }

  static void check_main(const Store& store, Told told) {
    const Numbers& checkpoints = told["checkpoint"];
    if (checkpoints.empty()) return;
    const Run main = store.find_run("main").value();
    const Checkpoint newest = main.latest_valid().value();
    BOOST_TEST(newest.step >= *checkpoints.rbegin());
    BOOST_TEST(main.restart<std::int64_t>("state").value() == newest.step);
    if (told["write"].contains(newest.step)) BOOST_TEST(main.pending_writes(newest.id).size() == 1u);
  }

  static void check_forks(const Store& store, Told told) {
    for (const std::int64_t number : told["fork"]) {
      const auto fork = store.find_run("fork " + std::to_string(number));
      BOOST_TEST((fork.has_value() || told["deleting"].contains(number)), "acknowledged and lost: fork " << number);
      if (!fork) continue;
      BOOST_TEST(!told["deleted"].contains(number));
      const auto history = fork->history();
      BOOST_REQUIRE(!history.empty());
      if (told["own"].contains(number)) BOOST_TEST(history.front().step == -number);
      BOOST_TEST((fork->at(number).value().id == fork->forked_from().value().second));
      for (const Checkpoint& checkpoint : history)
        BOOST_TEST(store.get<std::int64_t>(checkpoint.state.at("state")) == checkpoint.step);
    }
  }

  // Each checkpoint that is stored is in the history of a run.
  static void check_stored(const Store& store) {
    std::set<CheckpointId> ids;
    for (const RunInfo& run : store.runs())
      for (const Checkpoint& checkpoint : store.find_run(run.name)->history()) ids.insert(checkpoint.id);
    BOOST_TEST(store.stats().checkpoint_count == ids.size());
  }

  TemporaryDirectory directory_;
  std::int64_t next_ = 1;
};

BOOST_AUTO_TEST_SUITE(histories)

BOOST_AUTO_TEST_CASE(forks_prunes_and_deletions_hold_or_never_happened_however_often_their_program_is_killed) {
  const int kills = rounds("CAIRN_HISTORY_KILLS", 30);
  ChangedHistories histories;
  kill_often(histories, kills, 400, [&] { return histories.lines_told(); });
  BOOST_TEST_MESSAGE(kills << " kills in " << histories.rounds_done() << " rounds");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
