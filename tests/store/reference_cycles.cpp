// Questions over references and mutual links, which may lead round in circles.
#include <boost/test/unit_test.hpp>

#include "store/stores.h"
#include "support/peak_memory.h"

namespace cairn::test {
namespace {

using Labels = std::vector<std::string>;

// before -> a -> b -> c -> a, and c -> behind.
struct Circle {
  Uuid before, a, b, c, behind;

  explicit Circle(Store& store) {
    Transaction transaction = store.transaction();
    const auto add = [&](const std::string& label) { return transaction.add({.kind = NodeKind::data, .label = label}); };
    before = add("before"), a = add("a"), b = add("b"), c = add("c"), behind = add("behind");
    for (const auto& [source, target] : {std::pair(before, a), {a, b}, {b, c}, {c, a}, {c, behind}})
      transaction.link(source, target, LinkType::reference, "next");
    transaction.commit();
  }
};

constexpr std::size_t kRing = 6'000;  // nodes
constexpr LinkTypes kReferences = {LinkType::reference};

Labels labels_of_reached(const std::vector<Reached>& nodes) {
  Labels labels;
  for (const Reached& reached : nodes) labels.push_back(reached.node.label + std::to_string(reached.depth));
  return labels;
}

// A ring of so many nodes, each of which refers to the next.
std::vector<Uuid> add_ring(Store& store, std::size_t count, LinkType type) {
  BulkLoad load = store.bulk_load();
  const auto label = load.label("next");
  std::vector<Uuid> uuids;
  std::vector<BulkLoad::Number> numbers;
  for (std::size_t i = 0; i < count; ++i) {
    uuids.push_back(Uuid::generate());
    numbers.push_back(load.add({.kind = NodeKind::data, .uuid = uuids.back()}));
  }
  for (std::size_t i = 0; i < count; ++i) load.link(numbers[i], numbers[(i + 1) % count], type, label);
  load.commit();
  return uuids;
}

// Every node refers to its neighbours to the right and below, and they to it.
std::pair<Uuid, Uuid> add_grid(Store& store, std::size_t width) {
  BulkLoad load = store.bulk_load();
  const auto label = load.label("beside");
  const Uuid first = Uuid::generate(), last = Uuid::generate();
  std::vector<BulkLoad::Number> numbers;
  for (std::size_t i = 0; i < width * width; ++i) {
    NewNode node{.kind = NodeKind::data};
    if (i == 0) node.uuid = first;
    if (i + 1 == width * width) node.uuid = last;
    numbers.push_back(load.add(node));
    if (i % width != 0) load.link(numbers[i - 1], numbers[i], LinkType::mutual, label);
    if (i >= width) load.link(numbers[i - width], numbers[i], LinkType::mutual, label);
  }
  load.commit();
  return {first, last};
}

const auto kPer = boost::test_tools::per_element();

BOOST_AUTO_TEST_SUITE(reference_cycles)

BOOST_AUTO_TEST_CASE(walks_round_a_circle_come_to_each_node_once) {
  for_each_store([](TestStore& store) {
    const Circle circle(*store);
    const TraversalOptions options{.links = kReferences};
    BOOST_TEST(labels_of_reached(store->descendants(circle.a, options)) == (Labels{"b1", "c2", "behind3"}), kPer);
    BOOST_TEST(labels_of_reached(store->ancestors(circle.a, options)) == (Labels{"before1", "c1", "b2"}), kPer);
    const Lineage both = store->lineage(circle.b, Direction::both, options);
    BOOST_TEST(labels_of_reached(both.nodes) == (Labels{"b0", "a1", "c1", "before2", "behind2"}), kPer);
    BOOST_TEST(both.links.size() == 5u);
    const Reach reach = store->reach(std::span(&circle.a, 1), Direction::down, options);
    BOOST_TEST(reach.size() == 4u);
    BOOST_TEST(reach.link_count() == 4u);
  });
}

BOOST_AUTO_TEST_CASE(a_circle_has_no_end_but_what_hangs_on_it) {
  for_each_store([](TestStore& store) {
    const Circle circle(*store);
    BOOST_TEST(labels_of_reached(store->roots(circle.b, {.links = kReferences})) == (Labels{"before2"}), kPer);
    BOOST_TEST(labels_of_reached(store->leaves(circle.b, {.links = kReferences})) == (Labels{"behind2"}), kPer);
    const TraversalOptions circle_alone{.links = kReferences, .within = Filter::parse("label = a or label = b or label = c")};
    BOOST_TEST(store->roots(circle.b, circle_alone).empty());
    BOOST_TEST(store->leaves(circle.b, circle_alone).empty());
    BOOST_TEST((labels_of(store->query({.none_up = kReferences}).nodes) == Labels{"before"}));
    BOOST_TEST((labels_of(store->query({.none_down = kReferences}).nodes) == Labels{"behind"}));
  });
}

BOOST_AUTO_TEST_CASE(all_of_a_circle_is_nearest_if_one_of_it_is) {
  for_each_store([](TestStore& store) {
    const Circle circle(*store);
    Labels common;
    for (const CommonNode& node : store->common_ancestors(std::vector{circle.a, circle.b}, {.links = kReferences}))
      common.push_back(node.node.label + std::to_string(node.depth) + (node.nearest ? " nearest" : ""));
    BOOST_TEST(common == (Labels{"a1 nearest", "before2", "b2 nearest", "c2 nearest"}), kPer);
    BOOST_TEST(store->common_descendants(std::vector{circle.a, circle.behind}, {.links = kReferences}).size() == 1u);
  });
}

BOOST_AUTO_TEST_CASE(paths_leave_a_circle_where_they_can) {
  for_each_store([](TestStore& store) {
    const Circle circle(*store);
    const auto found = [&](const Uuid& from, const Uuid& to, Direction direction) {
      const NodePaths paths = store->paths(from, to, {.direction = direction, .links = kReferences});
      BOOST_TEST(!paths.more);
      std::vector<Labels> list;
      for (const NodePath& path : paths.paths) list.push_back(labels_of(path.nodes));
      return list;
    };
    BOOST_TEST((found(circle.before, circle.behind, Direction::down) == std::vector<Labels>{{"before", "a", "b", "c", "behind"}}));
    BOOST_TEST((found(circle.a, circle.behind, Direction::both) ==
                std::vector<Labels>{{"a", "c", "behind"}, {"a", "b", "c", "behind"}}));
    BOOST_TEST((found(circle.a, circle.a, Direction::both) == std::vector<Labels>{{"a"}}));
    BOOST_TEST(found(circle.behind, circle.a, Direction::down).empty());
    BOOST_TEST(store->find_path(circle.b, circle.a, {.links = kReferences})->links.size() == 2u);
    BOOST_TEST(!store->find_path(circle.behind, circle.a, {.links = kReferences}));
  });
}

BOOST_AUTO_TEST_CASE(impact_and_closure_end) {
  for_each_store([](TestStore& store) {
    const Circle circle(*store);
    const Impact impact = store->impact(std::span(&circle.a, 1), {.links = kReferences});
    BOOST_TEST(labels_of_reached(impact.affected) == (Labels{"b1", "c2", "behind3"}), kPer);
    BOOST_TEST_REQUIRE(impact.affected_totals.size() == 1u);
    BOOST_TEST(impact.affected_totals.front().count == 3u);
    // References are nothing that it takes to make a node again.
    BOOST_TEST((labels_of(store->closure(std::span(&circle.a, 1)).nodes) == Labels{"a"}));
    BOOST_TEST(store->links(circle.a).size() == 3u);
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(a_long_ring_is_walked_round) {
  on_disk([](TestStore& store) {
    for (const LinkType type : {LinkType::reference, LinkType::mutual}) {
      const std::vector<Uuid> ring = add_ring(*store, kRing, type);
      const TraversalOptions options{.links = {type}};
      const bool mutual = type == LinkType::mutual;
      const Reach reach = store->reach(std::span(&ring[5], 1), Direction::down, options);
      BOOST_TEST_REQUIRE(reach.size() == kRing);
      BOOST_TEST(reach.depth(kRing - 1) == (mutual ? kRing / 2 : kRing - 1));
      BOOST_TEST(reach.link_count() == (mutual ? 2 * kRing : kRing));
      BOOST_TEST(store->leaves(ring[5], options).empty());
      BOOST_TEST(store->roots(ring[5], options).empty());
      const auto length = [&](Direction direction) {
        return store->find_path(ring[0], ring[kRing / 4], {.direction = direction, .links = {type}})->links.size();
      };
      BOOST_TEST(length(Direction::down) == kRing / 4);
      BOOST_TEST(length(Direction::up) == (mutual ? kRing / 4 : kRing - kRing / 4));
      // Round one side and round the other one, if both are open.
      const NodePaths paths = store->paths(ring[0], ring[kRing / 4], {.direction = Direction::both, .links = {type}});
      BOOST_TEST(paths.paths.size() == 2u);
      BOOST_TEST(!paths.more);
      BOOST_CHECK_EXCEPTION(store->paths(ring[0], ring[kRing / 4], {.direction = Direction::both, .links = {type}, .nodes_max = kRing}),
                            Error, has_code(ErrorCode::limit, "2 paths have"));
    }
  });
}

BOOST_AUTO_TEST_CASE(more_paths_over_circles_than_can_be_counted_are_a_limit) {
  on_disk([](TestStore& store) {
    const auto [first, last] = add_grid(*store, 60);
    const LinkTypes links = {LinkType::mutual};
    BOOST_TEST(store->find_path(first, last, {.links = links})->links.size() == 118u);
    const NodePaths some = store->paths(first, last, {.links = links, .most = 50});
    BOOST_TEST(some.paths.size() == 50u);
    BOOST_TEST(some.more);
    std::uint64_t peak = 0;
    {
      const PeakMemory memory;
      BOOST_CHECK_EXCEPTION(store->paths(first, last, {.links = links, .most = SIZE_MAX}), Error,
                            has_code(ErrorCode::limit, "ask for shorter or fewer ones"));
      peak = memory.growth_bytes();
    }
    if (PeakMemory::is_measured()) BOOST_TEST(peak < std::uint64_t{800} << 20);
  });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
