// Nodes with a million links: every question has its answer, or its limit, and takes memory for what it gives back alone.
#include <boost/test/unit_test.hpp>

#include <algorithm>

#include "store/stores.h"
#include "support/peak_memory.h"

namespace cairn::test {
namespace {

// Data that so many steps used; a workflow that refers to all of them; a node that all of them refer to.
struct Fan {
  static constexpr std::uint32_t kSteps = 1'000'000, kRare = kSteps / 1000;
  Uuid used = Uuid::generate(), index = Uuid::generate(), about = Uuid::generate();

  explicit Fan(Store& store) {
    BulkLoad load = store.bulk_load();
    const auto label = load.label("x");
    const auto data = load.add({.kind = NodeKind::data, .uuid = used}), last = load.add({.kind = NodeKind::data, .uuid = about});
    const auto flow = load.add({.kind = NodeKind::workflow, .uuid = index});
    for (std::uint32_t i = 0; i < kSteps; ++i) {
      const auto step = load.add({.kind = NodeKind::calculation, .type = i % 1000 == 0 ? "rare" : "step"});
      load.link(data, step, LinkType::input, label);
      load.link(flow, step, LinkType::reference, label);
      load.link(step, last, LinkType::reference, label);
    }
    load.commit();
  }
};

constexpr LinkTypes kLinks = {LinkType::input, LinkType::reference};
constexpr std::uint64_t kMiB = 1 << 20;

const Filter& rare() {
  static const Filter filter = Filter::parse("type = rare");
  return filter;
}

std::size_t reached(const Store& store, const Uuid& start, Direction direction, const TraversalOptions& options) {
  return store.reach(std::span(&start, 1), direction, options).size();
}

void check_walks(const Store& store, const Fan& fan) {
  BOOST_TEST(reached(store, fan.used, Direction::down, {}) == Fan::kSteps + 1);
  BOOST_TEST(reached(store, fan.about, Direction::up, {.links = kLinks}) == Fan::kSteps + 3);
  BOOST_TEST(reached(store, fan.index, Direction::both, {.links = kLinks}) == Fan::kSteps + 3);
  BOOST_TEST(reached(store, fan.used, Direction::down, {.within = rare()}) == 1 + Fan::kRare);
  const Filter all_steps = Filter::parse("kind = calculation");
  BOOST_TEST(reached(store, fan.index, Direction::down, {.links = kLinks, .stop_at = all_steps}) == Fan::kSteps + 1);
  BOOST_TEST(store.descendants(fan.used, {.within = rare()}).size() == Fan::kRare);
  BOOST_TEST(store.ancestors(fan.about, {.links = kLinks, .depth_max = 1, .within = rare()}).size() == Fan::kRare);
  BOOST_TEST(store.leaves(fan.used, {.links = kLinks}).size() == 1u);
  BOOST_TEST(store.roots(fan.about, {.links = kLinks}).size() == 2u);
  BOOST_TEST(store.common_descendants(std::vector{fan.used, fan.index}, {.links = kLinks, .within = rare()}).size() == Fan::kRare);
}

void check_limits(const Store& store, const Fan& fan) {
  const auto is_limit = has_code(ErrorCode::limit, std::to_string(Fan::kSteps));
  constexpr std::uint64_t kMax = Fan::kSteps;
  BOOST_CHECK_EXCEPTION(reached(store, fan.used, Direction::down, {.nodes_max = kMax, .within = rare()}), Error, is_limit);
  BOOST_CHECK_EXCEPTION(store.descendants(fan.used, {.nodes_max = kMax}), Error, is_limit);
  BOOST_CHECK_EXCEPTION(store.ancestors(fan.about, {.links = kLinks, .nodes_max = kMax}), Error, is_limit);
  BOOST_CHECK_EXCEPTION(store.lineage(fan.used, Direction::both, {.nodes_max = kMax}), Error, is_limit);
  BOOST_CHECK_EXCEPTION(store.paths(fan.used, fan.about, {.links = kLinks, .nodes_max = kMax}), Error, is_limit);
  BOOST_CHECK_EXCEPTION(store.impact(std::span(&fan.used, 1), {.nodes_max = kMax}), Error, is_limit);
}

void check_paths(const Store& store, const Fan& fan) {
  BOOST_TEST(store.find_path(fan.used, fan.about, {.links = kLinks})->links.size() == 2u);
  const NodePaths paths = store.paths(fan.used, fan.about, {.links = kLinks, .most = 50});
  BOOST_TEST(paths.paths.size() == 50u);
  BOOST_TEST(paths.more);
}

void check_totals(const Store& store, const Fan& fan) {
  const Impact impact = store.impact(std::span(&fan.used, 1), {.list = false});
  BOOST_TEST_REQUIRE(impact.affected_totals.size() == 2u);
  BOOST_TEST(impact.affected_totals.front().count == Fan::kRare);
  BOOST_TEST(impact.affected_totals.back().count == Fan::kSteps - Fan::kRare);
  BOOST_TEST(impact.affected.empty());
  BOOST_TEST(store.count(Filter::parse("kind = calculation")) == Fan::kSteps);
}

// Each node is on one page, in order of age.
void check_pages(const Store& store) {
  std::vector<Uuid> listed;
  NodeQuery query{.filter = Filter::parse("kind = calculation"), .limit = 20'000};
  std::size_t pages = 0;
  do {
    const NodePage page = store.query(query);
    for (const Node& node : page.nodes) listed.push_back(node.uuid);
    query.after = page.next;
    ++pages;
  } while (!query.after.empty());
  BOOST_TEST(listed.size() == Fan::kSteps);
  BOOST_TEST(pages == Fan::kSteps / query.limit);
  std::ranges::sort(listed);
  BOOST_TEST((std::ranges::adjacent_find(listed) == listed.end()));
}

BOOST_AUTO_TEST_SUITE(fans)

BOOST_AUTO_TEST_CASE(a_fan_of_a_million_is_walked_listed_and_bounded) {
  on_disk([](TestStore& store) {
    const Fan fan(*store);
    const auto within = [](std::uint64_t bytes, const auto& work) {
      const PeakMemory memory;
      work();
      BOOST_TEST_MESSAGE(memory.growth_bytes() / kMiB << " MiB");
      if (PeakMemory::is_measured()) BOOST_TEST(memory.growth_bytes() < bytes);
    };
    within(160 * kMiB, [&] { check_walks(*store, fan); });
    within(160 * kMiB, [&] { check_limits(*store, fan); });
    within(160 * kMiB, [&] { check_paths(*store, fan); });
    within(160 * kMiB, [&] { check_totals(*store, fan); });
    within(100 * kMiB, [&] { check_pages(*store); });
  });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
