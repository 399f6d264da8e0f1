#include "graph/leases.h"

#include <boost/test/unit_test.hpp>

#include "graph/graph_store.h"

namespace cairn::graph {
namespace {

constexpr format::CellId kOther = GraphStore::kCell + 1;

struct Fixture {
  GraphStore store;

  void lease(format::CellId cell, const NodeBlock& block) {
    engine::Edit edit;
    edit.rows = lease_rows(*store.view(), cell, block);
    store.publish(format::kRootCell, edit);
  }
  // As stores were written before blocks were listed by cell.
  void lease_by_node_only(format::CellId cell, const NodeBlock& block) {
    engine::Edit edit;
    edit.rows.push_back({format::row::lease(block.first), format::be64_pair(cell, block.count)});
    store.publish(format::kRootCell, edit);
  }
  std::vector<NodeBlock> blocks(format::CellId cell) const { return blocks_of(*store.view(), cell); }
};

BOOST_FIXTURE_TEST_SUITE(leases, Fixture)

BOOST_AUTO_TEST_CASE(a_cell_has_the_blocks_it_leased) {
  lease(GraphStore::kCell, {1, 64});
  lease(kOther, {65, 64});
  lease(GraphStore::kCell, {129, 256});
  BOOST_TEST((blocks(GraphStore::kCell) == std::vector<NodeBlock>{{1, 64}, {129, 256}}));
  BOOST_TEST((blocks(kOther) == std::vector<NodeBlock>{{65, 64}}));
  BOOST_TEST(blocks(kOther + 1).empty());
}

BOOST_AUTO_TEST_CASE(blocks_that_were_not_listed_by_cell_are_found_and_listed_with_the_next_one) {
  store.publish(GraphStore::kCell, {});
  lease_by_node_only(GraphStore::kCell, {1, 64});
  lease_by_node_only(kOther, {65, 64});
  lease_by_node_only(GraphStore::kCell, {129, 64});
  BOOST_TEST((blocks(GraphStore::kCell) == std::vector<NodeBlock>{{1, 64}, {129, 64}}));
  lease(GraphStore::kCell, {193, 64});
  BOOST_TEST((blocks(GraphStore::kCell) == std::vector<NodeBlock>{{1, 64}, {129, 64}, {193, 64}}));
  BOOST_TEST((blocks(kOther) == std::vector<NodeBlock>{{65, 64}}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::graph
