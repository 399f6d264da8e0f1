// In which order new nodes are born.
#include "graph/birth_order.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <random>

namespace cairn::graph {
namespace {

using Links = std::vector<BirthLink>;

std::vector<std::size_t> places(const std::vector<std::size_t>& order) {
  std::vector<std::size_t> place(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) place[order[i]] = i;
  return place;
}

bool has_link(const Links& links, std::size_t older, std::size_t younger) {
  return std::ranges::any_of(links, [&](const BirthLink& link) { return link.older == older && link.younger == younger; });
}

BOOST_AUTO_TEST_SUITE(birth_order)

BOOST_AUTO_TEST_CASE(what_is_in_order_stays_so) {
  const BirthOrder order = order_by_birth(4, Links{{0, 3}, {1, 2}, {1, 2}, {2, 3}});
  BOOST_TEST(order.order == (std::vector<std::size_t>{0, 1, 2, 3}), boost::test_tools::per_element());
  BOOST_TEST(order_by_birth(0, {}).order.empty());
}

BOOST_AUTO_TEST_CASE(the_older_end_of_a_link_comes_first) {
  const BirthOrder order = order_by_birth(4, Links{{3, 0}, {0, 1}});
  BOOST_TEST(order.order == (std::vector<std::size_t>{2, 3, 0, 1}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_cycle_is_shown_and_not_what_hangs_on_it) {
  const Links links{{0, 1}, {1, 2}, {2, 3}, {3, 1}, {3, 4}, {4, 5}};
  const BirthOrder order = order_by_birth(6, links);
  BOOST_TEST(order.order == (std::vector<std::size_t>{0}), boost::test_tools::per_element());
  BOOST_TEST(order.cycle.size() == 3u);
  for (std::size_t i = 0; i < order.cycle.size(); ++i)
    BOOST_TEST(has_link(links, order.cycle[i], order.cycle[(i + 1) % order.cycle.size()]));
  BOOST_TEST(order_by_birth(1, Links{{0, 0}}).cycle.size() == 1u);
}

BOOST_AUTO_TEST_CASE(random_graphs_are_ordered_or_have_a_cycle) {
  std::mt19937_64 random(1);
  std::size_t cycles = 0;
  for (int round = 0; round < 2000; ++round) {
    const std::size_t count = 1 + random() % 12;
    Links links(random() % 14);
    for (BirthLink& link : links) link = {random() % count, random() % count};
    const BirthOrder order = order_by_birth(count, links);
    if (order.cycle.empty()) {
      BOOST_TEST_REQUIRE(order.order.size() == count);
      const std::vector<std::size_t> place = places(order.order);
      for (const BirthLink& link : links) BOOST_TEST_REQUIRE(place[link.older] < place[link.younger]);
      continue;
    }
    ++cycles;
    for (std::size_t i = 0; i < order.cycle.size(); ++i)
      BOOST_TEST_REQUIRE(has_link(links, order.cycle[i], order.cycle[(i + 1) % order.cycle.size()]));
  }
  BOOST_TEST(cycles > 200u);
  BOOST_TEST(cycles < 1800u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::graph
