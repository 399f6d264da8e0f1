// Kills backups at random moments. What was shown before is shown, or what was to be; the next one comes to its end.
#include <cairn/backup.h>
#include <cairn/cairn.h>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "crash/process.h"

namespace cairn::test {
namespace {

using Numbers = std::vector<std::int64_t>;

Numbers numbers(std::int64_t step) {
  Numbers made(step % 4 == 0 ? 600'000 : 20'000);
  std::uint64_t state = static_cast<std::uint64_t>(step) * 0x9e3779b97f4a7c15u + 1;
  for (std::int64_t& number : made) {
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    number = static_cast<std::int64_t>(state);
  }
  return made;
}

/// A store that goes on, is pruned and compacted between the attempts to back it up.
class BackedUpStore {
 public:
  BackedUpStore() { go_on(); }

  void go_on() {
    Store store = Store::open(path());
    Run run = store.run("run");
    for (int i = 0; i < 3; ++i) {
      ++last_;
      run.checkpoint(last_).save("state", numbers(last_)).commit();
    }
    for (int i = 0; i < 200; ++i) store.put(last_ * 1000 + i);
    if (last_ % 9 == 0) run.prune({.last = 4});
    if (last_ % 27 == 0) store.compact();
    states_.push_back(steps_of(store));
  }
  pid_t back_up() const { return start({CAIRN_COMMAND, "backup", "--store", path().string(), backup().string()}); }
  void begin_anew() {
    fs::remove_all(backup());
    shown_.reset();
  }

  /// It shows one of the states since the one that it showed last, or, if it showed none, perhaps nothing.
  void check(bool is_finished) {
    if (!fs::exists(backup() / "cairn")) {
      BOOST_TEST(!shown_.has_value());
      BOOST_TEST(!is_finished);
      return;
    }
    const Store store = Store::open(backup(), {.create = false, .read_only = true});
    for (const Damage& damage : store.verify().damage) BOOST_ERROR(damage.kind << " " << damage.id << ": " << damage.problem);
    const std::vector<std::int64_t> steps = steps_of(store);
    std::optional<std::size_t> found;
    for (std::size_t i = is_finished ? states_.size() - 1 : shown_.value_or(0); i < states_.size(); ++i)
      if (states_[i] == steps) found = i;
    BOOST_REQUIRE(found.has_value());
    shown_ = found;
    const Run run = store.find_run("run").value();
    for (const Checkpoint& checkpoint : run.history())
      BOOST_TEST((store.get<Numbers>(checkpoint.state.at("state")) == numbers(checkpoint.step)));
  }

 private:
  fs::path path() const { return directory_.path() / "store"; }
  fs::path backup() const { return directory_.path() / "backup"; }

  static std::vector<std::int64_t> steps_of(const Store& store) {
    std::vector<std::int64_t> steps;
    for (const Checkpoint& checkpoint : store.find_run("run")->history()) steps.push_back(checkpoint.step);
    return steps;
  }

  TemporaryDirectory directory_;
  std::int64_t last_ = 0;
  std::vector<std::vector<std::int64_t>> states_;
  std::optional<std::size_t> shown_;  // of the states
};

BOOST_AUTO_TEST_SUITE(backups)

BOOST_AUTO_TEST_CASE(what_a_backup_shows_is_whole_however_often_one_is_killed) {
  const int kills = rounds("CAIRN_BACKUP_KILLS", 20);
  const std::uint64_t seed = std::random_device{}();
  BOOST_TEST_MESSAGE("seed " << seed);
  std::mt19937_64 random(seed);
  BackedUpStore store;
  const auto begin = std::chrono::steady_clock::now();
  BOOST_REQUIRE(wait_for(store.back_up()));
  std::chrono::nanoseconds longest = 2 * (std::chrono::steady_clock::now() - begin);
  store.check(true);
  int finished = 0;
  for (int killed = 0; killed < kills;) {
    const pid_t child = store.back_up();
    ends_within(child, std::chrono::nanoseconds(random() % static_cast<std::uint64_t>(longest.count())));
    ::kill(child, SIGKILL);
    const bool is_finished = wait_for(child);
    (is_finished ? finished : killed) += 1;
    store.check(is_finished);
    if (random() % 8 == 0) store.begin_anew();
    if (random() % 2 == 0) store.go_on();
  }
  BOOST_REQUIRE(wait_for(store.back_up()));
  store.check(true);
  BOOST_TEST_MESSAGE(kills << " kills, " << finished << " backups finished between them");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
