// Strongly connected components, beside what reaching each vertex from each other says.
#include "interchange/components.h"

#include <boost/test/unit_test.hpp>

#include <random>
#include <utility>
#include <vector>

namespace cairn::interchange {
namespace {

using Arrows = std::vector<std::pair<std::size_t, std::size_t>>;

BOOST_AUTO_TEST_SUITE(components)

BOOST_AUTO_TEST_CASE(vertices_that_reach_each_other_are_in_one) {
  std::mt19937 random(7);
  for (int round = 0; round < 300; ++round) {
    const std::size_t count = 1 + random() % 12;
    Arrows arrows(random() % (2 * count));
    for (auto& [source, target] : arrows) source = random() % count, target = random() % count;
    std::vector<std::vector<bool>> reaches(count, std::vector<bool>(count));
    for (std::size_t i = 0; i < count; ++i) reaches[i][i] = true;
    for (const auto& [source, target] : arrows) reaches[source][target] = true;
    for (std::size_t middle = 0; middle < count; ++middle)
      for (std::size_t from = 0; from < count; ++from)
        for (std::size_t to = 0; to < count; ++to)
          if (reaches[from][middle] && reaches[middle][to]) reaches[from][to] = true;
    const std::vector<std::size_t> component = strong_components(count, arrows);
    for (std::size_t a = 0; a < count; ++a)
      for (std::size_t b = 0; b < count; ++b)
        BOOST_TEST((component[a] == component[b]) == (reaches[a][b] && reaches[b][a]));
  }
}

BOOST_AUTO_TEST_CASE(a_long_chain_takes_no_stack) {
  Arrows arrows;
  for (std::size_t i = 0; i + 1 < 1'000'000; ++i) arrows.emplace_back(i, i + 1);
  arrows.emplace_back(999'999, 0);
  BOOST_TEST(strong_components(1'000'000, arrows).front() == strong_components(1'000'000, arrows).back());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::interchange
