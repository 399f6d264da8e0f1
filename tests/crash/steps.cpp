// Kills a program that does steps. After each kill the store opens, verify finds nothing, work that may be done at most once was
// begun once unless it failed, and what was recorded is not done again.
#include <cairn/cairn.h>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <map>
#include <random>
#include <sstream>

#include "crash/process.h"

namespace cairn::test {
namespace {

constexpr int kSteps = 60;

// What the journal says of one step.
struct Told {
  std::vector<unsigned> begun;  // attempts
  int done = 0;
  bool interrupted = false;
};

std::map<int, Told> read_journal(const fs::path& path) {
  std::map<int, Told> told;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string word;
    int number = 0;
    unsigned attempt = 0;
    words >> word >> number >> attempt;
    if (word == "begun") told[number].begun.push_back(attempt);
    if (word == "done") ++told[number].done;
    if (word == "interrupted") told[number].interrupted = true;
  }
  return told;
}

class SteppedStore {
 public:
  explicit SteppedStore(const fs::path& directory) : store_(directory / "store"), journal_(directory / "journal") {}

  pid_t go_on() const { return start({CAIRN_STEP_WRITER, store_.string(), journal_.string(), std::to_string(kSteps)}); }

  void check() const {
    const Store store = Store::open(store_);
    for (const Damage& damage : store.verify().damage) BOOST_ERROR(damage.kind << " " << damage.id << ": " << damage.problem);
    const auto run = store.find_run("steps");
    if (!run) return;
    for (const auto& [number, told] : read_journal(journal_)) BOOST_TEST_CONTEXT("step " << number) check(*run, number, told);
  }

  std::size_t interrupted() const {
    const auto told = read_journal(journal_);
    return static_cast<std::size_t>(std::ranges::count_if(told, [](const auto& one) { return one.second.interrupted; }));
  }

 private:
  // The numbers of attempts ascend, so that none was given out twice, and each is the first one or was told of before.
  static void check(const Run& run, int number, const Told& told) {
    BOOST_TEST(std::ranges::is_sorted(told.begun));
    BOOST_TEST((std::ranges::adjacent_find(told.begun) == told.begun.end()));
    const auto attempts = run.attempts("work", {{"number", number}});
    const bool finished = std::ranges::any_of(attempts, [](const auto& one) { return one.end == StepEnd::finished; });
    if (number % 2 == 0) {
      BOOST_TEST(told.done <= 1);
      BOOST_TEST(told.begun.size() <= (number % 3 == 0 ? 2u : 1u));
      BOOST_TEST(!(told.interrupted && finished));
    }
    if (finished) BOOST_TEST(attempts.back().number == told.begun.back());
    for (const StepAttemptInfo& attempt : attempts)
      BOOST_TEST((attempt.end == StepEnd::interrupted || std::ranges::count(told.begun, attempt.number) == 1));
  }

  fs::path store_, journal_;
};

BOOST_AUTO_TEST_SUITE(steps)

BOOST_AUTO_TEST_CASE(what_may_be_done_once_is_done_once_however_often_the_process_is_killed) {
  const int kills = rounds("CAIRN_STEP_KILLS", 30);
  const std::uint64_t seed = std::random_device{}();
  BOOST_TEST_MESSAGE("seed " << seed);
  std::mt19937_64 random(seed);
  std::size_t interrupted = 0;
  for (int killed = 0; killed < kills;) {
    const TemporaryDirectory directory;
    const SteppedStore store(directory.path());
    for (bool finished = false; !finished;) {
      const pid_t child = store.go_on();
      const bool last = killed >= kills;
      ends_within(child, last ? std::chrono::nanoseconds(std::chrono::minutes(5)) : std::chrono::microseconds(random() % 200'000));
      ::kill(child, SIGKILL);
      finished = wait_for(child);
      killed += finished ? 0 : 1;
      store.check();
    }
    interrupted += store.interrupted();
  }
  BOOST_TEST_MESSAGE(kills << " kills, " << interrupted << " steps interrupted");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
