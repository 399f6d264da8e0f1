// Kills a program that makes nodes and forgets them. After each kill the store opens, verify finds nothing, and what was to be forgotten
// is there as a whole or gone as a whole: gone if that was acknowledged, there if it was never begun.
#include <cairn/cairn.h>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <map>
#include <set>
#include <string>

#include "crash/process.h"
#include "crash/told.h"

namespace cairn::test {
namespace {

class ForgottenRuns {
 public:
  pid_t go_on() const { return start({CAIRN_FORGET_WRITER, store_path().string(), acknowledgements().string(), std::to_string(next_)}); }

  void check() {
    last_line_.clear();
    Told told = read_told(acknowledgements(), &last_line_);
    if (!fs::exists(store_path() / "cairn")) {  // killed before there was a store
      BOOST_TEST(told.empty());
      return;
    }
    Store store = Store::open(store_path(), {.create = false});
    check_clean(store);
    for (std::int64_t number = 1; number <= last(told); ++number) check_run(store, told, number);
    check_purge(store);
    if (++checks_ % 8 == 0) {
      store.compact();
      check_clean(store);
    }
    next_ = std::max<std::int64_t>(1, last(told) - 1);  // some of that round again
  }

  std::int64_t rounds_done() const { return next_; }
  std::size_t lines_told() const { return count_lines(acknowledgements()); }

 private:
  fs::path store_path() const { return directory_.path() / "store"; }
  fs::path acknowledgements() const { return directory_.path() / "acknowledgements"; }

  static void check_clean(const Store& store) {
    for (const Damage& damage : store.verify().damage) BOOST_ERROR(damage.kind << " " << damage.id << ": " << damage.problem);
  }

  static void check_run(const Store& store, Told& told, std::int64_t number) {
    const std::uint64_t count =
        store.count(Filter::where("tag", Comparison::equal, "t" + std::to_string(number)));
    const std::uint64_t whole = number % 4 == 0 ? 33'000 : 20;
    const bool is_there = store.find_run("run " + std::to_string(number)).has_value();
    if (told["forgotten"].contains(number)) BOOST_TEST((count == 0 && !is_there), "forgotten, and there: " << number);
    else if (told["forgetting"].contains(number)) BOOST_TEST((count == (is_there ? whole : 0)), "in part: " << number << ", " << count);
    else if (told["made"].contains(number)) BOOST_TEST((count == whole && is_there), "lost: " << number);
    const auto fork = store.find_run("fork " + std::to_string(number));
    if (told["forgotten"].contains(number) && number % 3 == 0) {
      BOOST_TEST_REQUIRE(fork.has_value());
      BOOST_TEST(fork->restart<std::int64_t>("state").value() == number);
    }
  }

  // Between "purged" and the next "made" nothing stores the value again.
  void check_purge(const Store& store) const {
    if (last_line_ == "forgetting") BOOST_TEST(store.purges().size() == 1u);
  }

  TemporaryDirectory directory_;
  std::int64_t next_ = 1;
  std::string last_line_;
  int checks_ = 0;
};

BOOST_AUTO_TEST_SUITE(forgetting)

BOOST_AUTO_TEST_CASE(nodes_are_forgotten_as_a_whole_or_not_at_all_however_often_their_program_is_killed) {
  const int kills = rounds("CAIRN_FORGET_KILLS", 30);
  ForgottenRuns runs;
  kill_often(runs, kills, 1500, [&] { return runs.lines_told(); });
  BOOST_TEST_MESSAGE(kills << " kills in " << runs.rounds_done() << " rounds");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
