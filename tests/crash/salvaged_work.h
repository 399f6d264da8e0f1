// A store whose records are lost and salvaged, and what must be there of what a writer was told.
#pragma once

#include <cairn/cairn.h>

#include <boost/test/unit_test.hpp>

#include <fstream>
#include <random>
#include <set>
#include <string>

#include "crash/process.h"
#include "support/acknowledged_work.h"

namespace cairn::test {

class SalvagedWork {
 public:
  /// The store is on `disk`, or beside the acknowledgements if that is empty.
  explicit SalvagedWork(const fs::path& disk = {}) : store_path_((disk.empty() ? directory_.path() : disk) / "store") {}

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
  const fs::path& store_path() const { return store_path_; }
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
  const fs::path store_path_;
  std::set<CheckpointId> seen_;
  std::size_t restored_ = 0;
};

}  // namespace cairn::test
