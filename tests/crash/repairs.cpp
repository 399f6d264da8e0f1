// Kills a repair at random moments. After each kill what was not damaged can be read as far as the store opens, and another repair, killed
// or not, goes on to the same end.
#include <cairn/cairn.h>
#include <cairn/repair.h>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include "crash/process.h"
#include "engine/disk_core.h"
#include "store/repaired_store.h"

namespace cairn::test {
namespace {

using engine::Family;

// Some of everything that a repair has to do, in so many rows that it takes a while.
class DamagedStore {
 public:
  DamagedStore() {
    {
      Store store = Store::open(whole());
      write_part(store, directory_.path() / "file", 0);
      store.index_attribute("attributes.energy");
      write_part(store, directory_.path() / "file", 1);
      Transaction transaction = store.transaction();
      Uuid last{};
      for (int i = 0; i < 6000; ++i) {
        const Uuid made = transaction.add({.type = "many", .attributes = Map{{Value("energy"), Value(i)}}});
        if (i > 0) transaction.link(made, last, LinkType::reference, "next");
        last = made;
      }
      transaction.commit();
      const Checkpoint damaged = store.find_run("run 0")->at(1).value();
      array_ = damaged.state.at("array");
      lost_ = damaged.id;
      for (const RunInfo& run : store.runs())
        for (const Checkpoint& checkpoint : store.find_run(run.name)->history())
          if (checkpoint.id != lost_) kept_.push_back(checkpoint.id);
    }
    damage_chunk_of(whole(), array_);
    edit_records(whole(), [](engine::Records& records) {
      for (const char letter : {'b', 't', 'v'})
        BOOST_REQUIRE(records.db().DeleteRange({}, records.family(Family::index), std::string(1, letter),
                                               std::string(1, static_cast<char>(letter + 1))).ok());
      BOOST_REQUIRE(records.db().DeleteRange({}, records.family(Family::claim), "n", "o").ok());
    });
    begin_anew();
  }

  pid_t go_on() const { return start({CAIRN_COMMAND, "-s", path().string(), "repair", "--apply", "--json"}); }

  // It opens, since the damage is none that keeps it from that; and the checkpoints that are whole are.
  void check() {
    ++kills_;
    const Store store = Store::open(path(), {.create = false, .read_only = true});
    for (const CheckpointId& id : kept_)
      if (const auto checkpoint = store.find_checkpoint(id)) {
        for (const auto& [name, object] : checkpoint->state) BOOST_CHECK_NO_THROW(store.get_value(object));
      } else {
        BOOST_ERROR("a checkpoint is gone: " << id.hex());
      }
    if (kills_ % 4 == 0) finish();
  }

  // To its end: what is lost is the one chunk.
  void finish() {
    const RepairReport report = Store::repair(path(), {.apply = true});
    BOOST_REQUIRE(report.remaining.size() == 1u);
    BOOST_TEST(report.remaining.front().kind == "lost");
    {
      const Store store = Store::open(path(), {.create = false});
      BOOST_TEST(store.verify().damage.size() == 1u);
      BOOST_TEST(store.query({.filter = Filter::parse("type = many and attributes.energy > 10")}).nodes.size() == 5989u);
    }
    BOOST_TEST(Store::repair(path(), {.apply = true}).items.empty());
    ++finished_;
    begin_anew();
  }

  int kills() const { return kills_; }
  int finished() const { return finished_; }

 private:
  fs::path whole() const { return directory_.path() / "damaged"; }
  fs::path path() const { return directory_.path() / "store"; }
  void begin_anew() const {
    fs::remove_all(path());
    RepairedStore::copy_files(whole(), path());
  }

  TemporaryDirectory directory_;
  ObjectId array_;
  CheckpointId lost_;
  std::vector<CheckpointId> kept_;
  int kills_ = 0, finished_ = 0;
};

// How a repair that was not killed in time ends: with the status that says that damage remains.
bool ended(pid_t child) {
  int status = 0;
  BOOST_REQUIRE(::waitpid(child, &status, 0) == child);
  if (WIFEXITED(status)) BOOST_TEST(WEXITSTATUS(status) == 3);
  return WIFEXITED(status);
}

BOOST_AUTO_TEST_SUITE(repairs)

BOOST_AUTO_TEST_CASE(a_repair_that_is_killed_loses_nothing_and_can_be_gone_on_with) {
  const int kills = rounds("CAIRN_REPAIR_KILLS", 12);
  DamagedStore store;
  std::mt19937_64 random(std::random_device{}());
  for (int killed = 0; killed < kills;) {
    const pid_t child = store.go_on();
    ends_within(child, std::chrono::milliseconds(random() % 400));
    ::kill(child, SIGKILL);
    killed += ended(child) ? 0 : 1;
    store.check();
  }
  store.finish();
  BOOST_TEST_MESSAGE(kills << " kills, " << store.finished() << " repairs came to their end");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
