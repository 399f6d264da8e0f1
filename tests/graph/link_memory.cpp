// What one question about the graph leaves for the next one.
#include "graph/link_memory.h"

#include <boost/test/unit_test.hpp>

#include "graph/graph_store.h"
#include "graph/traversal.h"

namespace cairn::graph {
namespace {

constexpr std::size_t kMemory = 1 << 20;
constexpr NodeId kUsers = 300;

// One piece of data and calculations that used it.
void write_users(GraphStore& store) {
  store.intern({"x"});
  store.commit([](GraphWriter& writer) {
    writer.add_node(1, make_node(NodeKind::data));
    for (NodeId id = 2; id < 2 + kUsers; ++id) {
      writer.add_node(id, make_node(NodeKind::calculation));
      writer.add_link(1, id, LinkType::input, "x");
    }
  });
}

std::size_t count_reached(const engine::View& view, LinkMemory& memory) {
  const NodeId starts[] = {1};
  return traverse({view, &memory}, starts, Direction::down, {}).nodes.size();
}

BOOST_AUTO_TEST_SUITE(link_memory)

BOOST_AUTO_TEST_CASE(the_next_question_about_the_state_has_the_pages) {
  GraphStore store;
  write_users(store);
  LinkMemory memory(kMemory);
  const auto view = store.view();
  BOOST_TEST(count_reached(*view, memory) == kUsers + 1);
  auto first = memory.take(view->commits()), second = memory.take(view->commits());
  BOOST_TEST(first->back.memory() > 0u);
  BOOST_TEST(second->back.memory() == 0u);  // another question has them
  const std::size_t known = first->back.memory();
  memory.give_back(view->commits(), std::move(first));
  memory.give_back(view->commits(), std::move(second));  // which is less
  BOOST_TEST(memory.take(view->commits())->back.memory() == known);
}

BOOST_AUTO_TEST_CASE(each_state_is_seen_as_it_is) {
  GraphStore store;
  write_users(store);
  LinkMemory memory(kMemory);
  const auto before = store.view();
  BOOST_TEST(count_reached(*before, memory) == kUsers + 1);
  store.commit([](GraphWriter& writer) {
    writer.add_node(2 + kUsers, make_node(NodeKind::calculation));
    writer.add_link(1, 2 + kUsers, LinkType::input, "x");
  });
  const auto after = store.view();
  for (int round = 0; round < 3; ++round) {
    BOOST_TEST(count_reached(*after, memory) == kUsers + 2);
    BOOST_TEST(count_reached(*before, memory) == kUsers + 1);
  }
}

BOOST_AUTO_TEST_CASE(no_more_is_kept_than_there_may_be) {
  GraphStore store;
  write_users(store);
  const auto view = store.view();
  LinkMemory memory(2000);
  BOOST_TEST(count_reached(*view, memory) == kUsers + 1);
  BOOST_TEST(memory.take(view->commits())->back.memory() <= 1000u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::graph
