// What histories of large states take on disk.
#include <boost/test/unit_test.hpp>

#include <sys/stat.h>

#include <filesystem>

#include "store/stores.h"
#include "support/rows.h"

namespace cairn::test {
namespace {

constexpr std::uint64_t kKiB = 1024;

// Blocks of all files of a closed store, without the reserve.
std::uint64_t blocks_bytes(const std::filesystem::path& store) {
  std::uint64_t bytes = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(store)) {
    struct stat status{};
    BOOST_REQUIRE(::lstat(entry.path().c_str(), &status) == 0);
    if (entry.path().filename() != "ballast") bytes += static_cast<std::uint64_t>(status.st_blocks) * 512;
  }
  return bytes;
}

// What the checkpoints that `commit` makes, one a call, add to the store on disk.
std::uint64_t disk_bytes_of(std::int64_t steps, const std::function<void(Run&, std::int64_t)>& commit) {
  std::uint64_t bytes = 0;
  on_disk([&](TestStore& store) {
    store->run("argon");
    store.reopen();
    store.close();
    const std::uint64_t before = blocks_bytes(store.path());
    store.reopen();
    {
      Run run = store->run("argon");
      for (std::int64_t step = 1; step <= steps; ++step) commit(run, step);
    }
    store.close();
    bytes = blocks_bytes(store.path()) - before;
    store.reopen();
    BOOST_TEST(store->run("argon").latest().value().step == steps);
    BOOST_TEST(store->stats().disk_bytes <= bytes + before + 1024 * kKiB);
  });
  return bytes;
}

// 1 MiB that nothing shortens.
std::vector<std::int64_t> noise_of_integers() {
  const auto bytes = noise(7, 1024 * kKiB);
  std::vector<std::int64_t> integers(bytes.size() / sizeof(std::int64_t));
  std::memcpy(integers.data(), bytes.data(), bytes.size());
  return integers;
}

struct CountedState {
  std::int64_t count = 0;
  std::vector<std::int64_t> array;
};
BOOST_DESCRIBE_STRUCT(CountedState, (), (count, array))

BOOST_AUTO_TEST_SUITE(state_sizes)

BOOST_AUTO_TEST_CASE(a_large_state_of_which_one_integer_changes_costs_a_few_chunks_a_step) {
  constexpr std::int64_t kSteps = 1000;
  CountedState state{0, noise_of_integers()};
  const std::uint64_t beside = disk_bytes_of(kSteps, [&](Run& run, std::int64_t step) {
    state.count = step;
    run.checkpoint(step).save("state", state).commit();
  });
  std::vector<std::int64_t> array = noise_of_integers();
  std::uint64_t place = 1;
  const std::uint64_t within = disk_bytes_of(kSteps, [&](Run& run, std::int64_t step) {
    place = place * 6364136223846793005u + 1442695040888963407u;
    array[(place >> 33) % array.size()] = step;
    run.checkpoint(step).save("state", array).commit();
  });
  BOOST_TEST_MESSAGE("bytes a step: " << beside / kSteps << " beside the array, " << within / kSteps << " within it");
  BOOST_TEST(beside / kSteps <= 24 * kKiB);
  BOOST_TEST(within / kSteps <= 24 * kKiB);
}

// Each turn is an object of its own, as the pending write of the task that made it; the state is the list of all of them.
BOOST_AUTO_TEST_CASE(a_state_that_turns_are_appended_to_is_forty_times_smaller_than_whole_copies) {
  constexpr std::int64_t kTurns = 200;
  constexpr std::size_t kTurnBytes = 8 * kKiB;
  std::uint64_t whole_copies = 0;
  std::vector<ObjectId> turns;
  const std::uint64_t stored = disk_bytes_of(kTurns, [&](Run& run, std::int64_t step) {
    const auto text = noise(static_cast<std::uint64_t>(step), kTurnBytes);
    if (step == 1) run.checkpoint(0).save("turns", turns).commit();
    const CheckpointId before = run.latest().value().id;
    run.put_writes(before, "model", {{"turns", Value(Bytes(text.begin(), text.end()))}});
    turns.push_back(run.pending_writes(before).back().value);
    run.checkpoint(step).save("turns", turns).commit();
    whole_copies += static_cast<std::uint64_t>(step) * kTurnBytes;
  });
  BOOST_TEST_MESSAGE("whole copies: " << whole_copies << " bytes, stored: " << stored << ", " << whole_copies / stored << " times smaller");
  BOOST_TEST(whole_copies / stored >= 40u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
