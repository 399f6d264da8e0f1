// Kills a program that takes in bundles. After each kill the store opens, verify finds nothing, and each bundle is there as a whole or not
// at all: there if that was acknowledged. Taking in the last one again finishes it.
#include <cairn/cairn.h>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>

#include "crash/process.h"
#include "crash/told.h"

namespace cairn::test {
namespace {

class TakenBundles {
 public:
  pid_t go_on() const { return start({CAIRN_BUNDLE_TAKER, store_path().string(), acknowledgements().string(), std::to_string(next_)}); }

  void check() {
    const auto told = read_told(acknowledgements());
    if (!fs::exists(store_path() / "cairn")) {  // killed before there was a store
      BOOST_TEST(told.empty());
      return;
    }
    {
      const Store reader = Store::open(store_path(), {.read_only = true});  // before the writer tidies up
      check_all(reader, told);
    }
    Store store = Store::open(store_path(), {.create = false});
    check_all(store, told);
    if (++checks_ % 10 == 0) {
      store.compact();
      check_all(store, told);
    }
    next_ = std::max<std::int64_t>(1, last(told));
  }

  std::int64_t bundles_taken() const { return next_; }
  std::int64_t parts_found() const { return begun_; }
  std::size_t lines_told() const { return count_lines(acknowledgements()); }

 private:
  fs::path store_path() const { return directory_.path() / "store"; }
  fs::path acknowledgements() const { return directory_.path() / "acknowledgements"; }


  void check_all(const Store& store, const Told& told) {
    for (const Damage& damage : store.verify().damage) BOOST_ERROR(damage.kind << " " << damage.id << ": " << damage.problem);
    for (std::int64_t number = 1; number <= last(told); ++number) check_bundle(store, told, number);
  }

  void check_bundle(const Store& store, const Told& told, std::int64_t number) {
    const std::string name = std::to_string(number);
    const std::uint64_t whole = number % 5 == 0 ? 5001 : 31;
    const std::uint64_t count = store.count(Filter::where("tag", Comparison::equal, "t" + name));
    const bool is_there = count != 0;
    const auto taken = told.find("taken");
    const bool must = taken != told.end() && taken->second.contains(number);
    if (!must && !is_there) ++begun_;
    BOOST_TEST((count == whole || (count == 0 && !must)), "bundle " << number << ": " << count << " nodes");
    const auto group = store.find_group("group " + name);
    BOOST_TEST(group.has_value() == is_there);
    if (group) BOOST_TEST(group->node_count == whole);
    for (const std::string kind : {"one ", "two ", "fork "}) {
      const auto run = store.find_run(kind + name);
      BOOST_TEST(run.has_value() == is_there);
      if (!run) continue;
      BOOST_TEST(run->history().size() == (kind == "fork " ? 21u : 20u));
      if (kind != "fork ") BOOST_TEST(run->restart<std::vector<std::int64_t>>("state")->at(0) == number * 20);
    }
  }

  TemporaryDirectory directory_;
  std::int64_t next_ = 1, begun_ = 0;
  int checks_ = 0;
};

BOOST_AUTO_TEST_SUITE(bundles)

BOOST_AUTO_TEST_CASE(a_bundle_is_taken_in_as_a_whole_or_not_at_all_however_often_its_program_is_killed) {
  const int kills = rounds("CAIRN_BUNDLE_KILLS", 12);
  TakenBundles bundles;
  kill_often(bundles, kills, 400, [&] { return bundles.lines_told(); });
  BOOST_TEST_MESSAGE(kills << " kills in " << bundles.bundles_taken() << " bundles, " << bundles.parts_found() << " times one was not there");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
