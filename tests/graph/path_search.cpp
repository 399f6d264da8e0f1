// What a search for paths may cost.
#include "graph/path_search.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <set>
#include <utility>

#include "support/errors.h"

namespace cairn::graph {
namespace {

using test::has_code;
using Number = PathGraph::Number;

// Every node leads to every other one, but for what no path needs: into the first, and out of the last.
PathGraph everything_to_everything(Number count) {
  PathGraph graph;
  graph.to = count - 1;
  for (Number node = 0; node < count; ++node) {
    graph.ids.push_back(node + 1);
    graph.distance.push_back(node == graph.to ? 0 : 1);
    std::vector<Number> targets;
    if (node != graph.to)
      for (Number target = count; --target > 0;)
        if (target != node) targets.push_back(target);
    graph.next.add(targets);
    // The nearest to the last node first, then by age.
    std::ranges::sort(graph.next.of(node), {}, [&](Number next) { return std::pair(next != graph.to, next); });
  }
  return graph;
}

// So many times two ways to go on: 2^count paths.
PathGraph forks(Number count) {
  PathGraph graph;
  graph.to = 3 * count;
  graph.is_acyclic = true;
  for (Number node = 0; node <= graph.to; ++node) {
    graph.ids.push_back(node + 1);
    graph.distance.push_back(2 * count - node / 3 * 2 - (node % 3 == 0 ? 0 : 1));
    const Number fork = node - node % 3;
    std::vector<Number> targets;
    if (node % 3 != 0)
      targets = {fork + 3};
    else if (node != graph.to)
      targets = {fork + 1, fork + 2};
    graph.next.add(targets);
  }
  return graph;
}

BOOST_AUTO_TEST_SUITE(path_search)

BOOST_AUTO_TEST_CASE(more_links_than_allowed_are_not_looked_at) {
  const PathGraph graph = everything_to_everything(40);
  const auto list = [&](std::size_t most, std::uint64_t links_max) {
    return PathSearch(graph, UINT64_MAX, most, {.links_max = links_max}).run();
  };
  BOOST_CHECK_EXCEPTION(list(SIZE_MAX, 100'000), Error,
                        has_code(ErrorCode::limit, "more than 100000 links looked at after"));
  BOOST_CHECK_EXCEPTION(list(SIZE_MAX, 100'000), Error, has_code(ErrorCode::limit, "ask for shorter or fewer ones"));
  // Those that are found within the limit are the same as without it.
  const auto paths = list(200, 100'000);
  BOOST_TEST((paths == list(200, UINT64_MAX)));
  BOOST_TEST((std::set(paths.begin(), paths.end()).size() == 200u));
  BOOST_TEST(paths.front().size() == 2u);
  BOOST_TEST(paths.back().size() == 4u);
}

BOOST_AUTO_TEST_CASE(paths_and_what_may_come_next_take_no_more_memory_than_allowed) {
  for (const PathGraph& graph : {everything_to_everything(40), forks(40)}) {
    const auto list = [&](std::size_t most, std::uint64_t bytes_max) {
      return PathSearch(graph, UINT64_MAX, most, {.memory_bytes_max = bytes_max}).run();
    };
    BOOST_CHECK_EXCEPTION(list(SIZE_MAX, 1 << 20), Error, has_code(ErrorCode::limit, "take more than 1048576 bytes"));
    // What is not wanted any more is dropped, so the same memory is enough for many of them.
    BOOST_TEST(list(1000, 1 << 20).size() == 1000u);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::graph
