#include "graph/adjacency.h"

#include <boost/test/unit_test.hpp>

#include <random>

#include "graph/graph_store.h"

namespace cairn::graph {
namespace {

using Number = Adjacency::Number;

Adjacency make(std::vector<std::vector<Number>> targets) {
  Adjacency graph;
  for (std::vector<Number>& of_node : targets) graph.add(of_node);
  return graph;
}

std::vector<std::vector<bool>> closure(const Adjacency& graph) {
  std::vector<std::vector<bool>> leads(graph.size(), std::vector<bool>(graph.size()));
  for (Number node = 0; node < graph.size(); ++node) {
    leads[node][node] = true;
    for (const Number target : graph.of(node)) leads[node][target] = true;
  }
  for (Number by = 0; by < graph.size(); ++by)
    for (Number from = 0; from < graph.size(); ++from)
      for (Number to = 0; to < graph.size(); ++to)
        if (leads[from][by] && leads[by][to]) leads[from][to] = true;
  return leads;
}

BOOST_AUTO_TEST_SUITE(adjacency)

BOOST_AUTO_TEST_CASE(components_are_nodes_that_lead_to_each_other) {
  std::mt19937 random(3);
  for (int round = 0; round < 200; ++round) {
    std::vector<std::vector<Number>> targets(1 + random() % 20);
    for (auto& of_node : targets)
      for (auto i = random() % 3; i != 0; --i) of_node.push_back(static_cast<Number>(random() % targets.size()));
    const Adjacency graph = make(targets);
    const auto components = strong_components(graph);
    const auto leads = closure(graph);
    for (Number a = 0; a < graph.size(); ++a)
      for (Number b = 0; b < graph.size(); ++b) {
        BOOST_TEST_REQUIRE((components[a] == components[b]) == (leads[a][b] && leads[b][a]));
        if (leads[a][b]) BOOST_TEST_REQUIRE(components[a] >= components[b]);
      }
  }
}

BOOST_AUTO_TEST_CASE(a_chain_of_a_million_nodes_has_as_many_components) {
  constexpr Number kNodes = 1'000'000;
  Adjacency graph;
  std::vector<Number> targets;
  for (Number node = 0; node < kNodes; ++node) {
    targets.clear();
    if (node + 1 < kNodes) targets.push_back(node + 1);
    graph.add(targets);
  }
  BOOST_TEST(strong_components(graph).front() == kNodes - 1);
}

BOOST_AUTO_TEST_CASE(reversed_links_lead_back) {
  const Adjacency graph = make({{1, 2, 2}, {2}, {}, {0, 2}});
  const Adjacency reverse = graph.reversed();
  BOOST_TEST(reverse.of(0).size() == 1u);
  BOOST_TEST(reverse.of(1).size() == 1u);
  const auto to_two = reverse.of(2);
  BOOST_TEST((std::vector<Number>(to_two.begin(), to_two.end()) == std::vector<Number>{0, 1, 3}));
  BOOST_TEST(reverse.of(3).empty());
}

BOOST_AUTO_TEST_CASE(links_to_nodes_that_are_not_asked_for_are_left_out) {
  GraphStore store;
  store.intern({"x"});
  const NodeId one = store.add(NodeKind::data), two = store.add(NodeKind::data), three = store.add(NodeKind::data);
  store.commit([&](GraphWriter& writer) {
    writer.add_link(one, two, LinkType::reference, "x");
    writer.add_link(two, three, LinkType::reference, "x");
    writer.add_link(three, one, LinkType::mutual, "x");
  });
  const NodeId ids[] = {one, three};
  const Adjacency down = read_adjacency(*store.view(), ids, Direction::down, LinkTypes::all());
  BOOST_TEST(down.of(0).size() == 1u);
  BOOST_TEST(down.of(1).size() == 1u);
  BOOST_TEST(read_adjacency(*store.view(), ids, Direction::down, {LinkType::reference}).of(0).empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::graph
