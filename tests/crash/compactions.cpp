// Kills `cairn compact` at random moments. After each kill the store opens, also for reading alone, verify finds nothing, all that was
// not pruned is whole, and another compaction ends what the first one began.
#include <cairn/cairn.h>

#include <boost/test/unit_test.hpp>

#include <sys/stat.h>

#include <chrono>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "crash/process.h"

namespace cairn::test {
namespace {

constexpr std::int64_t kSteps = 240;

// Half of them are noise, which is moved or left; the others get shorter when they are compressed anew.
std::vector<std::int64_t> numbers(std::int64_t step) {
  std::mt19937_64 random(static_cast<std::uint64_t>(step));
  std::vector<std::int64_t> values(5000, step);
  if (step % 4 < 2)
    for (std::int64_t& value : values) value = static_cast<std::int64_t>(random());
  return values;
}

// Most checkpoints of one stretch are pruned, few of another one, and their nodes have links to fold.
void make_store(const fs::path& path) {
  Store store = Store::open(path);
  Run run = store.run("argon");
  Uuid last{};
  for (std::int64_t step = 1; step <= kSteps; ++step) {
    run.checkpoint(step).save("own", numbers(step)).save("small", step % 7).commit({.durability = Durability::async});
    Transaction transaction = run.transaction();
    const Uuid node = transaction.add({.kind = NodeKind::calculation, .type = "relax", .state = NodeState::finished});
    if (last != Uuid{}) transaction.link(last, node, LinkType::input, "start");
    last = transaction.add({.kind = NodeKind::data, .type = "file", .content = store.put(numbers(-step))});
    transaction.link(node, last, LinkType::create, "result");
    transaction.commit();
  }
  run.flush();
  for (std::int64_t step = 1; step <= kSteps; ++step)
    if (step < kSteps / 2 ? step % 10 == 0 : step % 5 != 0) run.tag(run.at(step)->id, "kept " + std::to_string(step));
  run.prune({.last = 1});
}

class CompactedStore {
 public:
  explicit CompactedStore(const fs::path& original) : path_(directory_.path() / "store") { fs::copy(original, path_, fs::copy_options::recursive); }

  pid_t compact() const { return start({CAIRN_COMMAND, "compact", "--zstd", "9", "--store", path_.string()}); }

  void check() const {
    check_whole(Store::open(path_, {.create = false, .read_only = true}));
    check_whole(Store::open(path_, {.create = false}));
  }
  // What stays once it is done, and the bytes of packs that take.
  std::uint64_t finish() const {
    BOOST_REQUIRE(wait_for(compact()));
    check();
    std::uint64_t blocks = 0;
    for (const auto& pack : fs::directory_iterator(path_ / "packs")) {
      struct stat status {};
      BOOST_REQUIRE(::lstat(pack.path().c_str(), &status) == 0);
      blocks += static_cast<std::uint64_t>(status.st_blocks);
    }
    return 512 * blocks;
  }

 private:
  static void check_whole(const Store& store) {
    for (const Damage& damage : store.verify().damage) BOOST_ERROR(damage.kind << " " << damage.id << ": " << damage.problem);
    const Run run = store.find_run("argon").value();
    std::int64_t kept = 0;
    for (const Checkpoint& checkpoint : run.history()) {
      ++kept;
      BOOST_TEST((store.get<std::vector<std::int64_t>>(checkpoint.state.at("own")) == numbers(checkpoint.step)));
      BOOST_TEST(store.get<std::int64_t>(checkpoint.state.at("small")) == checkpoint.step % 7);
    }
    BOOST_TEST(kept == kSteps / 20 - 1 + kSteps * 2 / 5 + 1);
    BOOST_TEST(store.count(Filter::parse("kind = data and type = file")) == static_cast<std::uint64_t>(kSteps));
    BOOST_TEST(store.count(Filter::parse("kind = calculation")) == static_cast<std::uint64_t>(kSteps));
  }

  TemporaryDirectory directory_;
  fs::path path_;
};

BOOST_AUTO_TEST_SUITE(compactions)

BOOST_AUTO_TEST_CASE(one_that_is_killed_loses_nothing_and_another_one_ends_it) {
  using Clock = std::chrono::steady_clock;
  const int kills = rounds("CAIRN_COMPACTION_KILLS", 8);
  const TemporaryDirectory directory;
  const fs::path original = directory.path() / "original";
  make_store(original);

  const CompactedStore unkilled(original);
  const Clock::time_point began = Clock::now();
  BOOST_REQUIRE(wait_for(unkilled.compact()));
  const auto time = Clock::now() - began;
  const std::uint64_t least = unkilled.finish();

  const std::uint64_t seed = std::random_device{}();
  BOOST_TEST_MESSAGE("seed " << seed);
  std::mt19937_64 random(seed);
  int killed = 0;
  for (int round = 0; round < kills; ++round) {
    const CompactedStore store(original);
    const pid_t child = store.compact();
    ends_within(child, Clock::duration(static_cast<Clock::rep>(random() % static_cast<std::uint64_t>(time.count()))));
    ::kill(child, SIGKILL);
    if (!wait_for(child)) ++killed;
    store.check();
    BOOST_TEST(store.finish() <= least + least / 10);
  }
  BOOST_TEST(killed > 0);
  BOOST_TEST_MESSAGE(killed << " of " << kills << " were killed before they had ended");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
