#include "graph/traversal.h"

#include <boost/test/unit_test.hpp>

#include "graph/graph_store.h"

namespace cairn::graph {
namespace {

constexpr NodeId kLong = 100'000;

std::vector<ReachedId> reached(const GraphStore& store, NodeId start, Direction direction,
                               const TraversalOptions& options = {}) {
  const NodeId starts[] = {start};
  return traverse(*store.view(), starts, direction, options).nodes;
}

// data 1 -> calculation 2 -> data 3 -> ...: a chain of `length` nodes, written in commits of 10,000.
void write_chain(GraphStore& store, NodeId length) {
  store.intern({"x"});
  for (NodeId first = 1; first <= length; first += 10'000)
    store.commit([&](GraphWriter& writer) {
      for (NodeId id = first; id < first + 10'000 && id <= length; ++id) {
        const bool is_data = id % 2 == 1;
        writer.add_node(id, make_node(is_data ? NodeKind::data : NodeKind::calculation));
        if (id > 1) writer.add_link(id - 1, id, is_data ? LinkType::create : LinkType::input, "x");
      }
    });
}

BOOST_AUTO_TEST_SUITE(traversal)

BOOST_AUTO_TEST_CASE(a_long_chain_is_walked_in_both_directions) {
  GraphStore store;
  write_chain(store, kLong);
  const auto down = reached(store, 1, Direction::down), up = reached(store, kLong, Direction::up);
  BOOST_TEST_REQUIRE(down.size() == kLong);
  BOOST_TEST_REQUIRE(up.size() == kLong);
  for (NodeId i = 0; i < kLong; ++i) {
    BOOST_TEST_REQUIRE((down[i] == ReachedId{i + 1, i}));
    BOOST_TEST_REQUIRE((up[i] == ReachedId{kLong - i, i}));
  }
}

BOOST_AUTO_TEST_CASE(a_fan_of_inputs_and_of_users_is_walked_in_both_directions) {
  GraphStore store;
  store.intern({"x"});
  store.commit([&](GraphWriter& writer) {
    writer.add_node(1, make_node(NodeKind::data));
    for (NodeId id = 2; id < kLong + 2; ++id) {
      writer.add_node(id, make_node(NodeKind::calculation));
      writer.add_link(1, id, LinkType::input, "x");
    }
  });
  // A second fan: one workflow that refers to all calculations, in one packed record.
  const NodeId workflow = kLong + 2;
  store.commit([&](GraphWriter& writer) {
    writer.add_node(workflow, make_node(NodeKind::workflow));
    for (NodeId id = 2; id < kLong + 2; ++id) writer.add_link(workflow, id, LinkType::reference, "x");
  });
  BOOST_TEST(reached(store, 1, Direction::down).size() == kLong + 1);
  BOOST_TEST(reached(store, 2, Direction::up).size() == 2u);
  const TraversalOptions references = {.links = {LinkType::reference}};
  BOOST_TEST(reached(store, workflow, Direction::down, references).size() == kLong + 1);
  BOOST_TEST(reached(store, 2, Direction::up, references).size() == 2u);
  BOOST_TEST(reached(store, 2, Direction::up, {.links = LinkTypes::all()}).size() == 3u);
}

BOOST_AUTO_TEST_CASE(the_depth_limit_stops_and_zero_is_the_start_alone) {
  GraphStore store;
  write_chain(store, 10);
  BOOST_TEST(reached(store, 1, Direction::down, {.depth_max = 0}).size() == 1u);
  BOOST_TEST(reached(store, 1, Direction::down, {.depth_max = 3}).size() == 4u);
  const NodeId starts[] = {1};
  const TraversalOptions options = {.depth_max = 3};
  BOOST_TEST(traverse(*store.view(), starts, Direction::down, options, CollectLinks::yes).links.size() == 3u);
}

BOOST_AUTO_TEST_CASE(more_nodes_than_allowed_are_an_error) {
  GraphStore store;
  write_chain(store, 10);
  BOOST_TEST(reached(store, 1, Direction::down, {.nodes_max = 10}).size() == 10u);
  const auto is_limit = [](const Error& error) { return error.code() == ErrorCode::limit; };
  BOOST_CHECK_EXCEPTION(reached(store, 1, Direction::down, {.nodes_max = 9}), Error, is_limit);
}

BOOST_AUTO_TEST_CASE(an_unknown_start_is_not_found) {
  GraphStore store;
  write_chain(store, 2);
  BOOST_CHECK_EXCEPTION(reached(store, 3, Direction::up), Error, is_not_found);
}

BOOST_AUTO_TEST_CASE(several_starts_and_doubled_ones_are_reached_once_at_depth_0) {
  GraphStore store;
  write_chain(store, 4);
  const NodeId starts[] = {3, 1, 3};
  const TraversalOptions options;
  const auto nodes = traverse(*store.view(), starts, Direction::down, options).nodes;
  const std::vector<ReachedId> expected = {{1, 0}, {3, 0}, {2, 1}, {4, 1}};
  BOOST_TEST((nodes == expected));
}

BOOST_AUTO_TEST_CASE(a_cycle_of_references_ends_and_each_link_is_collected_once) {
  GraphStore store;
  store.intern({"next"});
  const NodeId one = store.add(NodeKind::data), two = store.add(NodeKind::data),
               three = store.add(NodeKind::data);
  store.commit([&](GraphWriter& writer) {
    writer.add_link(one, two, LinkType::reference, "next");
    writer.add_link(two, three, LinkType::reference, "next");
    writer.add_link(three, one, LinkType::reference, "next");
  });
  const TraversalOptions options = {.links = {LinkType::reference}};
  for (const Direction direction : {Direction::up, Direction::down}) {
    const NodeId starts[] = {two};
    const TraversalResult result = traverse(*store.view(), starts, direction, options, CollectLinks::yes);
    BOOST_TEST(result.nodes.size() == 3u);
    BOOST_TEST(result.links.size() == 3u);
  }
}

BOOST_AUTO_TEST_CASE(links_of_other_types_are_stepped_over) {
  GraphStore store;
  store.intern({"x", "y"});
  const NodeId data = store.add(NodeKind::data), workflow = store.add(NodeKind::workflow);
  store.commit([&](GraphWriter& writer) {
    // A thousand returns and references stand behind the input in the backlinks of `data`.
    for (NodeId id = 10; id < 1010; ++id) {
      writer.add_node(id, make_node(NodeKind::workflow));
      writer.add_link(id, data, LinkType::return_, "x");
      writer.add_link(id, data, LinkType::reference, "y");
    }
    writer.add_node(5000, make_node(NodeKind::calculation));
    writer.add_link(workflow, 5000, LinkType::call, "x");
    writer.add_link(data, 5000, LinkType::input, "x");
  });
  BOOST_TEST(reached(store, data, Direction::down).size() == 2u);
  BOOST_TEST(reached(store, data, Direction::up, {.links = {LinkType::reference}}).size() == 1001u);
  BOOST_TEST(reached(store, data, Direction::up).size() == 1u);
  BOOST_TEST(reached(store, workflow, Direction::down, {.links = {LinkType::call}}).size() == 2u);
  BOOST_TEST(reached(store, workflow, Direction::down, {.links = {}}).size() == 1u);
}

BOOST_AUTO_TEST_CASE(damaged_links_are_reported) {
  GraphStore store;
  const NodeId node = store.add(NodeKind::calculation);
  engine::Edit edit;
  edit.records.push_back({engine::Record::links, node, std::string("\xff")});
  store.publish(GraphStore::kCell, edit);
  BOOST_CHECK_EXCEPTION(reached(store, node, Direction::up), Error, is_damaged);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::graph
