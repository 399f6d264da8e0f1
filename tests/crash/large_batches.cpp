// Kills a writer of large batches, which are committed as tables, with SIGKILL and with the power of its disk. Each batch
// is there whole or not at all, and all that were acknowledged are: objects, and graphs whose rows are tables already when they
// are committed.
#include <cairn/cairn.h>

#include <chrono>
#include <fstream>
#include <random>
#include <thread>

#include "crash/disk.h"
#include "crash/process.h"
#include "support/large_batch.h"

namespace cairn::test {
namespace {

constexpr int kKillsPerStore = 3;  // so that looking at a store does not take ever longer

// How many whole batches of a kind a store has; what is wrong with them is reported.
struct BatchKind {
  const char* name;
  std::int64_t (*check)(const Store& store, std::int64_t first);
};

std::int64_t check_objects(const Store& store, std::int64_t first) {
  std::uint64_t stored = 0;
  for (const StoredType& type : store.types().types)
    if (type.name.ends_with("Reading")) stored = type.count;
  BOOST_TEST(stored % kLargeBatch == 0u, stored << " objects, some of a batch");
  const auto whole = static_cast<std::int64_t>(stored) / kLargeBatch;
  for (std::int64_t number = first; number < whole; ++number)
    BOOST_TEST((store.get_all<Reading>(Store::in_memory().put_all(large_batch(number))) == large_batch(number)));
  return whole;
}

std::int64_t check_graphs(const Store& store, std::int64_t first) {
  constexpr std::uint64_t kNodes = 2 * kGraphSteps + 1;
  const std::uint64_t stored = store.count({});
  BOOST_TEST(stored % kNodes == 0u, stored << " nodes, some of a load");
  const auto whole = static_cast<std::int64_t>(stored / kNodes);
  for (std::int64_t number = first; number < whole; ++number) BOOST_TEST(is_graph_there(store, number), "graph " << number);
  return whole;
}

constexpr BatchKind kKinds[] = {{"objects", check_objects}, {"graph", check_graphs}};

class Batches {
 public:
  Batches(const BatchKind& kind, fs::path directory) : kind_(kind), directory_(std::move(directory)) {}

  pid_t go_on() {
    return start({CAIRN_BATCH_WRITER, store().string(), acknowledgements().string(), std::to_string(next_), kind_.name});
  }

  void check() {
    if (!fs::exists(store() / "cairn")) {  // killed before there was a store
      BOOST_TEST(acknowledged() == 0);
      return;
    }
    const Store store = Store::open(this->store(), {.create = false});
    for (const Damage& damage : store.verify().damage) BOOST_ERROR(damage.kind << " " << damage.id << ": " << damage.problem);
    const std::int64_t whole = kind_.check(store, next_);
    BOOST_TEST(whole >= acknowledged());
    for (const fs::directory_entry& entry : fs::directory_iterator(this->store() / "db")) {
      const std::string name = entry.path().filename().string();
      BOOST_TEST((!name.starts_with("commit-") && !name.starts_with("rows-")), name);
    }
    next_ = whole;
    batches_ += whole;
  }

  void next_store() {
    ++stores_;
    next_ = 0;
  }
  std::int64_t batches() const { return batches_; }

 private:
  fs::path store() const { return directory_ / (kind_.name + ("-" + std::to_string(stores_))); }
  fs::path acknowledgements() const { return outside_.path() / std::to_string(stores_); }

  // How many, from the first on.
  std::int64_t acknowledged() const {
    std::int64_t count = 0;
    std::ifstream file(acknowledgements());
    for (std::string line; std::getline(file, line) && !file.eof();) count = std::stoll(line) + 1;
    return count;
  }

  const BatchKind& kind_;
  const fs::path directory_;
  const TemporaryDirectory outside_;
  int stores_ = 0;
  std::int64_t next_ = 0;     // batch that nobody has seen yet
  std::int64_t batches_ = 0;  // seen
};

// A batch takes a tenth of a second or more; longer and longer until there is one, on a machine that is busy.
void wait_a_moment(std::mt19937_64& random, const Batches& batches, int round) {
  const int longest = batches.batches() == 0 ? 600 * (1 + round) : 600;
  std::this_thread::sleep_for(std::chrono::milliseconds(random() % static_cast<unsigned>(longest)));
}

BOOST_AUTO_TEST_SUITE(large_batches)

BOOST_AUTO_TEST_CASE(a_batch_is_there_whole_or_not_at_all_when_its_writer_is_killed) {
  const int kills = rounds("CAIRN_BATCH_KILLS", 12);
  std::mt19937_64 random(std::random_device{}());
  for (const BatchKind& kind : kKinds) BOOST_TEST_CONTEXT(kind.name) {
      const TemporaryDirectory directory;
      Batches batches(kind, directory.path());
      for (int killed = 0; killed < kills; ++killed) {
        if (killed % kKillsPerStore == 0) batches.next_store();
        const pid_t child = batches.go_on();
        wait_a_moment(random, batches, killed);
        ::kill(child, SIGKILL);
        BOOST_REQUIRE(!wait_for(child));
        batches.check();
      }
      BOOST_TEST(batches.batches() > 0);
    }
}

BOOST_AUTO_TEST_CASE(a_batch_is_there_whole_or_not_at_all_when_the_power_goes) {
  const Disk disk;
  if (!disk.usable()) return;
  const int cuts = rounds("CAIRN_POWER_CUTS", 8);
  std::mt19937_64 random(std::random_device{}());
  for (const BatchKind& kind : kKinds) BOOST_TEST_CONTEXT(kind.name) {
      Batches batches(kind, disk.path());
      for (int cut = 0; cut < cuts; ++cut) {
        if (cut % kKillsPerStore == 0) batches.next_store();
        const pid_t child = batches.go_on();
        wait_a_moment(random, batches, cut);
        BOOST_REQUIRE(disk.cut_power_under(child));
        batches.check();
      }
      BOOST_TEST(batches.batches() > 0);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
