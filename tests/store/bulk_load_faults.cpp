// Loads that fail: on a disk that is full, and in each of their commits. Nothing of them is there, and the store goes on.
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <filesystem>
#include <functional>

#include "store/failing_engine.h"
#include "store/stores.h"
#include "support/rows.h"
#include "support/small_disk.h"

namespace cairn::test {
namespace {

constexpr std::uint64_t kSteps = 60, kNodes = 2 * kSteps + 1;

// Data that one calculation makes of another. `give` is called with each node before it is added.
void load_chain(Store& store, std::uint64_t steps, const std::function<void(NewNode&)>& give = [](NewNode&) {}) {
  BulkLoad load = store.bulk_load();
  const auto input = load.label("input"), result = load.label("result");
  const auto add = [&](NodeKind kind) {
    NewNode node{.kind = kind, .tags = {"loaded"}};
    give(node);
    return load.add(node);
  };
  auto data = add(NodeKind::data);
  for (std::uint64_t i = 0; i < steps; ++i) {
    const auto step = add(NodeKind::calculation);
    load.link(data, step, LinkType::input, input);
    data = add(NodeKind::data);
    load.link(step, data, LinkType::create, result);
  }
  load.commit();
}

// Tables of loads that no commit has taken in.
std::size_t tables_left(const std::filesystem::path& store) {
  return static_cast<std::size_t>(std::ranges::count_if(std::filesystem::directory_iterator(store / "db"), [](const auto& entry) {
    return entry.path().filename().string().starts_with("rows-");
  }));
}

void check_goes_on(const std::filesystem::path& path, Store& store) {
  BOOST_TEST(store.count({}) == 0u);
  BOOST_TEST(tables_left(path) == 0u);
  check_clean(store);
  load_chain(store, kSteps);
  Transaction transaction = store.transaction();
  transaction.add({.kind = NodeKind::data});
  transaction.commit();
  BOOST_TEST(store.count({}) == kNodes + 1);
}

void check_opens(const std::filesystem::path& path) {
  const Store store = Store::open(path, {.create = false});
  BOOST_TEST(store.count({}) == kNodes + 1);
  BOOST_TEST(store.count(Filter::parse("tag = loaded")) == kNodes);
  check_clean(store);
}

// Loads a graph, and then another one, with the publish of that number failing; returns how many the first one takes.
std::uint64_t load_failing_at(std::uint64_t number, Failure failure) {
  auto owned = std::make_unique<FailingEngine>();
  FailingEngine& engine = *owned;
  engine.failure = failure;
  engine.fails_at = number;
  Store store = make_store(std::move(owned));
  bool has_failed = false;
  try {
    load_chain(store, kSteps);
  } catch (const Error& error) {
    has_failed = true;
    BOOST_TEST((error.code() == (failure == Failure::nothing_changed ? ErrorCode::no_space : ErrorCode::unknown_outcome)));
    if (failure == Failure::nothing_changed) BOOST_TEST(store.count({}) == 0u);
  }
  BOOST_TEST(has_failed == (number != 0));
  const std::uint64_t publishes = engine.publishes, before = store.count({});
  BOOST_TEST((before == 0u || before == kNodes));
  check_clean(store);
  load_chain(store, kSteps);
  BOOST_TEST(store.count({}) == before + kNodes);
  check_clean(store);
  return publishes;
}

BOOST_AUTO_TEST_SUITE(bulk_load_faults)

BOOST_AUTO_TEST_CASE(a_load_that_the_disk_has_no_room_for_leaves_nothing_and_the_store_goes_on) {
  const SmallDisk disk("60m");
  if (!disk.mounted()) return;
  const auto path = disk.path() / "store";
  {
    Store store = Store::open(path);
    std::uint64_t seed = 0;
    const auto give_noise = [&](NewNode& node) {
      const auto bytes = noise(++seed, 2000);
      node.attributes = Map{{"noise", Bytes(bytes.begin(), bytes.end())}};
    };
    BOOST_CHECK_EXCEPTION(load_chain(store, 50'000, give_noise), Error, has_code(ErrorCode::no_space));
    BOOST_TEST(seed > 1000u);
    check_goes_on(path, store);
  }
  check_opens(path);
}

BOOST_AUTO_TEST_CASE(a_load_whose_commit_finds_no_room_leaves_nothing_and_the_store_goes_on) {
  const SmallDisk disk("80m");
  if (!disk.mounted()) return;
  const auto path = disk.path() / "store", filler = disk.path() / "filler";
  {
    Store store = Store::open(path);
    std::uint64_t given = 0;
    // The last node is given its attributes while others fill the disk.
    const auto give = [&](NewNode&) {
      if (++given == kNodes) fill_disk(filler);
    };
    BOOST_CHECK_EXCEPTION(load_chain(store, kSteps, give), Error, has_code(ErrorCode::no_space));
    BOOST_TEST(given == kNodes);
    BOOST_TEST(store.count({}) == 0u);
    std::filesystem::remove(filler);
    check_goes_on(path, store);
  }
  check_opens(path);
}

BOOST_AUTO_TEST_CASE(a_load_of_which_a_commit_fails_leaves_nothing_and_can_be_made_again) {
  for (const Failure failure : {Failure::nothing_changed, Failure::never_told}) {
    const std::uint64_t publishes = load_failing_at(0, failure);
    BOOST_TEST(publishes >= 3u);  // ids, labels, the load
    for (std::uint64_t number = 1; number <= publishes; ++number)
      BOOST_TEST_CONTEXT("publish " << number) load_failing_at(number, failure);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
