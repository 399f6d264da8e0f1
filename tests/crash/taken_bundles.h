// A store into which a program takes bundles, and what must be there of each whenever that is killed.
#pragma once

#include <cairn/cairn.h>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>

#include "crash/process.h"
#include "crash/told.h"

namespace cairn::test {

class TakenBundles {
 public:
  /// The store is on `disk`, or beside the acknowledgements if that is empty.
  explicit TakenBundles(const fs::path& disk = {}) : store_path_((disk.empty() ? directory_.path() : disk) / "store") {}

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
  const fs::path& store_path() const { return store_path_; }
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
    const bool must = has_told(told, "taken", number);
    const std::uint64_t grown = store.count(Filter::where("tag", Comparison::equal, "g" + name));
    const bool has_grown = grown != 0;
    BOOST_TEST((grown == 0 || grown == 10u), "bundle " << number << ": grown by " << grown << " nodes");
    if (!must && !is_there) ++begun_;
    BOOST_TEST((count == whole || (count == 0 && !must)), "bundle " << number << ": " << count << " nodes");
    const auto group = store.find_group("group " + name);
    BOOST_TEST(group.has_value() == is_there);
    if (group) BOOST_TEST(group->node_count == whole);
    for (const std::string kind : {"one ", "two ", "fork "}) {
      const auto run = store.find_run(kind + name);
      BOOST_TEST(run.has_value() == is_there);
      if (!run) continue;
      if (kind == "fork ") BOOST_TEST(run->history().size() == 21u);
      else check_run(*run, number, has_grown);
    }
    const bool must_have_grown = has_told(told, "grown", number);
    BOOST_TEST((has_grown || !must_have_grown), "bundle " << number << ": its runs have not grown");
    BOOST_TEST((!has_grown || is_there));
    if (has_told(told, "taken", number) && !has_grown) ++begun_;
  }

  // All that a run grew by, or nothing of it.
  static void check_run(const Run& run, std::int64_t number, bool has_grown) {
    const std::int64_t steps = has_grown ? 30 : 20;
    BOOST_TEST(run.history().size() == static_cast<std::size_t>(steps));
    BOOST_TEST(run.restart<std::vector<std::int64_t>>("state")->at(0) == number * steps);
    BOOST_TEST(run.steps().size() == (has_grown ? 2u : 1u));
  }
  static bool has_told(const Told& told, const std::string& what, std::int64_t number) {
    const auto found = told.find(what);
    return found != told.end() && found->second.contains(number);
  }

  TemporaryDirectory directory_;
  const fs::path store_path_;
  std::int64_t next_ = 1, begun_ = 0;
  int checks_ = 0;
};

}  // namespace cairn::test
