// Kills a program that collects while it makes and prunes checkpoints. After each kill the store opens, also for reading alone,
// verify finds nothing, every checkpoint that is there is whole, and another collection frees what the last one left.
#include <cairn/cairn.h>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "crash/process.h"

namespace cairn::test {
namespace {

using Numbers = std::vector<std::int64_t>;

class CollectedStore {
 public:
  pid_t go_on() const { return start({CAIRN_COLLECTING_WRITER, path().string(), acknowledgements().string(), std::to_string(next_)}); }

  void check() {
    const std::map<std::string, std::int64_t> told = read_acknowledgements();
    if (!fs::exists(path() / "cairn")) {  // killed before there was a store
      BOOST_TEST(told.empty());
      return;
    }
    check_whole(Store::open(path(), {.create = false, .read_only = true}), told);
    Store store = Store::open(path(), {.create = false});
    check_whole(store, told);
    freed_ += store.collect().freed_count;
    check_whole(store, told);
    BOOST_TEST(store.collect().freed_count == 0u);
    for (const auto& [run, newest] : told) next_ = std::max(next_, newest + 1);
  }

  std::int64_t next() const { return next_; }
  std::uint64_t freed() const { return freed_; }

 private:
  fs::path path() const { return directory_.path() / "store"; }
  fs::path acknowledgements() const { return directory_.path() / "acknowledgements"; }

  // The newest of each run.
  std::map<std::string, std::int64_t> read_acknowledgements() const {
    std::map<std::string, std::int64_t> told;
    std::ifstream file(acknowledgements());
    for (std::string line; std::getline(file, line) && !file.eof();)
      told["run " + line.substr(0, 1)] = std::max(told["run " + line.substr(0, 1)], static_cast<std::int64_t>(std::stoll(line.substr(2))));
    return told;
  }

  static void check_whole(const Store& store, const std::map<std::string, std::int64_t>& told) {
    for (const Damage& damage : store.verify().damage) BOOST_ERROR(damage.kind << " " << damage.id << ": " << damage.problem);
    for (const auto& [name, newest] : told) {
      const auto run = store.find_run(name);
      BOOST_REQUIRE(run.has_value());
      BOOST_TEST(run->latest()->step >= newest);
      for (const Checkpoint& checkpoint : run->history()) {
        BOOST_TEST((store.get<Numbers>(checkpoint.state.at("own")) == Numbers(5000, checkpoint.step)));
        BOOST_TEST(store.get<Numbers>(checkpoint.state.at("shared")).front() == checkpoint.step % 5);
      }
    }
  }

  TemporaryDirectory directory_;
  std::int64_t next_ = 1;
  std::uint64_t freed_ = 0;
};

BOOST_AUTO_TEST_SUITE(collections)

BOOST_AUTO_TEST_CASE(nothing_that_is_needed_is_lost_however_often_a_collection_is_killed) {
  const int kills = rounds("CAIRN_COLLECTION_KILLS", 20);
  CollectedStore store;
  kill_often(store, kills, 300, [&] { return store.next(); });
  BOOST_TEST(store.freed() > 0u);
  BOOST_TEST_MESSAGE(kills << " kills in " << store.next() << " rounds; " << store.freed() << " blobs were left to be freed");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
