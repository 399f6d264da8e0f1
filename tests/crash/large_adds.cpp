// Kills `cairn add` of a tree with more blobs than one commit holds in memory, so that some of them are in the store already.
#include <cairn/store.h>

#include <boost/test/unit_test.hpp>

#include <fmt/format.h>

#include <fstream>
#include <random>

#include "crash/process.h"

namespace cairn::test {
namespace {

constexpr int kFiles = 70'000;

void make_tree(const fs::path& tree) {
  for (int i = 0; i < kFiles; ++i) {
    const fs::path directory = tree / std::to_string(i / 1000);
    if (i % 1000 == 0) fs::create_directories(directory);
    std::ofstream(directory / std::to_string(i)) << "file number " << i;
  }
}

BOOST_AUTO_TEST_SUITE(large_adds)

BOOST_AUTO_TEST_CASE(an_add_that_was_killed_is_seen_whole_or_not_at_all_and_can_be_made_again) {
  const std::uint64_t seed = std::random_device{}();
  BOOST_TEST_MESSAGE("seed " << seed);
  std::mt19937_64 random(seed);
  const TemporaryDirectory directory;
  make_tree(directory.path() / "tree");
  const fs::path path = directory.path() / "store";
  const auto add = [&] { return start({CAIRN_COMMAND, "-s", path.string(), "add", (directory.path() / "tree").string()}); };
  std::chrono::milliseconds longest(3000);
  int found_again = 0;
  const int kills = rounds("CAIRN_ADD_KILLS", 4);
  for (int killed = 0; killed < kills;) {
    fs::remove_all(path);
    { const Store made = Store::open(path); }
    const auto begin = std::chrono::steady_clock::now();
    const pid_t child = add();
    const bool ended = ends_within(child, longest * (random() % 1000) / 1000);
    if (ended) longest = std::chrono::ceil<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin);
    ::kill(child, SIGKILL);
    if (wait_for(child)) continue;
    ++killed;
    {
      const Store store = Store::open(path);
      const VerifyReport verified = store.verify();
      for (const Damage& damage : verified.damage) BOOST_ERROR(damage.kind << " " << damage.id << ": " << damage.problem);
      BOOST_TEST(store.query({}).nodes.size() <= 1u);  // the kill may have come between the commit and the end
    }
    BOOST_REQUIRE(wait_for(add()));
    Store store = Store::open(path);
    BOOST_REQUIRE(store.count({}) == 1u);
    const ArtifactReceipt again = store.add(directory.path() / "tree");
    BOOST_TEST(again.entry_count == kFiles + 71u);
    BOOST_TEST(again.bytes_new == 0u);
    found_again += again.unread_count > 0 ? 1 : 0;
    const int some = static_cast<int>(random() % kFiles);
    BOOST_TEST(store.read_file(again.id, fmt::format("{}/{}", some / 1000, some)) == fmt::format("file number {}", some));
  }
  BOOST_TEST_MESSAGE(kills << " kills; files remembered after " << found_again);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
