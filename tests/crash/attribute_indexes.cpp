// Kills `cairn index` while it builds an index of attributes and while it drops one. After each kill the store opens, verify
// finds nothing, answers are right, commits go on, and the same command goes on where it was killed.
#include <cairn/cairn.h>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <random>

#include "crash/process.h"

namespace cairn::test {
namespace {

constexpr std::int64_t kNodes = 40'000;

class IndexedStore {
 public:
  explicit IndexedStore(fs::path path) : path_(std::move(path)) {
    Store store = Store::open(path_);
    BulkLoad load = store.bulk_load();
    for (std::int64_t i = 0; i < kNodes; ++i) load.add({.type = "t", .attributes = Map{{"x", i % 1000}}});
    load.commit();
  }

  pid_t index(bool drop) const {
    std::vector<std::string> command = {CAIRN_COMMAND, "-s", path_.string(), "index", "attributes.x"};
    if (drop) command.push_back("--drop");
    return start(command);
  }

  // What holds after every kill; one more node is committed.
  void check() {
    Store store = Store::open(path_);
    for (const Damage& damage : store.verify().damage) BOOST_ERROR(damage.kind << " " << damage.id << ": " << damage.problem);
    BOOST_TEST(store.count(Filter::parse("attributes.x = 7")) == kNodes / 1000 + added_);
    Transaction transaction = store.transaction();
    transaction.add({.type = "t", .attributes = Map{{"x", 7}}});
    transaction.commit();
    ++added_;
  }

  std::vector<AttributeIndex> indexes() const { return Store::open(path_, {.read_only = true}).attribute_indexes(); }

 private:
  fs::path path_;
  std::uint64_t added_ = 0;
};

BOOST_AUTO_TEST_SUITE(attribute_indexes)

BOOST_AUTO_TEST_CASE(an_index_is_whole_or_not_used_however_often_the_building_or_dropping_is_killed) {
  const int kills = rounds("CAIRN_INDEX_KILLS", 12);
  const std::uint64_t seed = std::random_device{}();
  BOOST_TEST_MESSAGE("seed " << seed);
  std::mt19937_64 random(seed);
  const TemporaryDirectory directory;
  IndexedStore store(directory.path() / "store");
  std::chrono::nanoseconds longest = std::chrono::seconds(3);
  int killed = 0, between = 0;
  for (bool drop = false; killed < kills || drop;) {
    const auto begin = std::chrono::steady_clock::now();
    const pid_t child = store.index(drop);
    if (ends_within(child, killed < kills ? longest * (random() % 1000) / 1000 : std::chrono::minutes(5)))
      longest = std::chrono::steady_clock::now() - begin;
    ::kill(child, SIGKILL);
    const bool ended = wait_for(child);
    store.check();
    const std::vector<AttributeIndex> indexes = store.indexes();
    between += !indexes.empty() && indexes[0].state != IndexState::ready ? 1 : 0;
    if (!ended) {
      ++killed;
      continue;
    }
    BOOST_TEST(indexes.size() == (drop ? 0u : 1u));
    if (!drop) BOOST_TEST((indexes[0].state == IndexState::ready && indexes[0].entry_count >= kNodes));
    drop = !drop;
  }
  BOOST_TEST_MESSAGE(kills << " kills, " << between << " in between");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
