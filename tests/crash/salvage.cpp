// Kills a writer, takes its records away, and salvages what is in the packs, which is killed as well. All that was acknowledged
// and went to a pack is there then, whole, and the writer goes on from it.
#include <cairn/cairn.h>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <fstream>
#include <random>
#include <set>
#include <string>

#include "crash/process.h"
#include "support/acknowledged_work.h"

namespace cairn::test {
namespace {

class SalvagedWork {
 public:
  pid_t work(std::uint64_t seed) const {
    return start({CAIRN_ASYNC_WRITER, store_path().string(), acknowledgements().string(), std::to_string(seed)});
  }
  bool has_store() const { return fs::exists(store_path() / "cairn"); }

  // Now and then the records are still there when it begins, damaged.
  void lose_records(std::mt19937_64& random) {
    if (random() % 3 != 0) fs::remove_all(store_path() / "db");
    else fs::remove(store_path() / "db" / "CURRENT");
  }
  pid_t salvage() const { return start({CAIRN_STORE_SALVAGER, store_path().string()}); }

  void check() {
    const Store store = Store::open(store_path(), {.create = false});
    for (const Damage& damage : store.verify().damage) BOOST_ERROR(damage.kind << " " << damage.id << ": " << damage.problem);
    std::set<std::int64_t> steps;
    if (const auto run = store.find_run(kWorkRun))
      for (const Checkpoint& checkpoint : run->history()) {
        steps.insert(checkpoint.step);
        if (!seen_.contains(checkpoint.id))
          BOOST_TEST((store.get<Numbers>(checkpoint.state.at(std::string(kWorkState))) == numbers(checkpoint.step, work_count(checkpoint.step))));
        seen_.insert(checkpoint.id);
      }
    for (const std::int64_t step : acknowledged())
      if (work_count(step) >= kLarge) BOOST_TEST(steps.contains(step), "acknowledged and lost: step " << step);
    restored_ += steps.size();
    remove_lost();
    fs::remove(acknowledgements());  // the next process goes on from what is there
  }
  std::size_t restored() const { return restored_; }

 private:
  fs::path store_path() const { return directory_.path() / "store"; }
  fs::path acknowledgements() const { return directory_.path() / "acknowledgements"; }

  std::set<std::int64_t> acknowledged() const {
    std::set<std::int64_t> steps;
    std::ifstream file(acknowledgements());
    for (std::string line; std::getline(file, line) && !file.eof();)
      if (line.starts_with("done ")) steps.insert(std::stoll(line.substr(5)));
    return steps;
  }

  void remove_lost() const {
    for (const fs::directory_entry& entry : fs::directory_iterator(store_path())) {
      const std::string name = entry.path().filename().string();
      BOOST_TEST(name != "db.building");
      if (name.starts_with("db.lost-") || name == "db.new") fs::remove_all(entry.path());
    }
  }

  TemporaryDirectory directory_;
  std::set<CheckpointId> seen_;
  std::size_t restored_ = 0;
};

BOOST_AUTO_TEST_SUITE(salvage)

BOOST_AUTO_TEST_CASE(what_was_acknowledged_in_packs_is_salvaged_however_often_writer_and_salvage_are_killed) {
  const int kills = rounds("CAIRN_SALVAGE_KILLS", 10);
  const std::uint64_t seed = std::random_device{}();
  BOOST_TEST_MESSAGE("seed " << seed);
  std::mt19937_64 random(seed);
  SalvagedWork work;
  int cut_short = 0;
  for (int killed = 0, longest = 400; killed < kills; longest += work.restored() == 0 ? 200 : 0) {
    const pid_t writer = work.work(random());
    ends_within(writer, std::chrono::milliseconds(random() % static_cast<unsigned>(longest)));
    ::kill(writer, SIGKILL);
    BOOST_REQUIRE(!wait_for(writer));
    if (!work.has_store()) continue;
    work.lose_records(random);
    for (bool done = false; !done;) {
      const pid_t salvager = work.salvage();
      const bool is_killed = random() % 3 != 0;
      if (is_killed && !ends_within(salvager, std::chrono::milliseconds(random() % 150))) ::kill(salvager, SIGKILL);
      done = wait_for(salvager);
      cut_short += done ? 0 : 1;
    }
    work.check();
    ++killed;
  }
  BOOST_TEST(work.restored() > 0u);
  BOOST_TEST_MESSAGE(work.restored() << " checkpoints restored in " << kills << " rounds, salvage killed " << cut_short << " times");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
