#include "graph/id_set.h"

#include <boost/test/unit_test.hpp>

#include <random>
#include <unordered_set>

namespace cairn::graph {
namespace {

BOOST_AUTO_TEST_SUITE(id_set)

BOOST_AUTO_TEST_CASE(it_answers_as_a_plain_set_does) {
  for (const unsigned shift : {0u, 40u, 50u, 58u}) {  // from sparse to dense
    std::mt19937_64 random(shift);
    std::unordered_set<std::uint64_t> model;
    IdSet set;
    for (int i = 0; i < 20'000; ++i) {
      const std::uint64_t id = random() >> shift, other = random() >> shift;
      BOOST_TEST_REQUIRE(set.insert(id) == model.insert(id).second);
      BOOST_TEST_REQUIRE(set.contains(other) == model.contains(other));
    }
    BOOST_TEST(set.size() == model.size());
  }
}

BOOST_AUTO_TEST_CASE(the_least_and_the_greatest_id_fit) {
  IdSet set;
  BOOST_TEST(!set.contains(0));
  BOOST_TEST(set.insert(0));
  BOOST_TEST(set.insert(UINT64_MAX));
  BOOST_TEST(!set.insert(0));
  BOOST_TEST(!set.insert(UINT64_MAX));
  BOOST_TEST(!set.contains(UINT64_MAX - 1));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::graph
