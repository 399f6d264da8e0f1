#include "graph/reader.h"

#include <boost/test/unit_test.hpp>

#include "graph/graph_store.h"

namespace cairn::graph {
namespace {

const auto kEach = boost::test_tools::per_element();

BOOST_AUTO_TEST_SUITE(reader)

BOOST_AUTO_TEST_CASE(unknown_nodes_are_absent_or_not_found) {
  GraphStore store;
  const auto view = store.view();
  const GraphReader reader(*view, store.labels());
  const Uuid unknown = Uuid::generate();
  BOOST_TEST(!reader.find_id(unknown).has_value());
  BOOST_TEST(!reader.find_node(unknown).has_value());
  BOOST_CHECK_EXCEPTION(reader.get_id(unknown), Error, is_not_found);
  BOOST_CHECK_EXCEPTION(reader.get_record(7), Error, is_not_found);
  BOOST_CHECK_EXCEPTION(reader.links_of(7), Error, is_not_found);
  BOOST_CHECK_EXCEPTION(reader.get_records(std::vector<NodeId>{7}), Error, is_not_found);
}

BOOST_AUTO_TEST_CASE(a_claim_without_a_record_is_no_node) {
  GraphStore store;
  const Uuid uuid = Uuid::generate();
  store.publish(GraphStore::kCell, {.rows = {},
                                    .records = {},
                                    .claims = {{format::claim::node(uuid), format::be64_text(5)}},
                                    .indexes = {}});
  const auto view = store.view();
  BOOST_TEST(!GraphReader(*view, store.labels()).find_node(uuid).has_value());
}

BOOST_AUTO_TEST_CASE(links_are_seen_from_both_ends) {
  GraphStore store;
  store.intern({"x", "result"});
  const format::NodeRecord input = make_node(NodeKind::data), process = make_node(NodeKind::calculation),
                           output = make_node(NodeKind::data);
  store.commit([&](GraphWriter& writer) {
    writer.add_node(10, input);
    writer.add_node(20, process);
    writer.add_node(30, output);
    writer.add_link(10, 20, LinkType::input, "x");
    writer.add_link(20, 30, LinkType::create, "result");
  });
  const auto view = store.view();
  const GraphReader reader(*view, store.labels());
  const StoredLink used{10, 20, LinkType::input, 1}, made{20, 30, LinkType::create, 2};
  BOOST_TEST((reader.links_of(10) == std::vector{used}));
  BOOST_TEST((reader.links_of(20) == std::vector{used, made}));
  BOOST_TEST((reader.links_of(30) == std::vector{made}));
  const std::vector<Link> links = reader.public_links(reader.links_of(20));
  BOOST_TEST((links[0] == Link{input.uuid, process.uuid, LinkType::input, "x"}));
  BOOST_TEST((links[1] == Link{process.uuid, output.uuid, LinkType::create, "result"}));
}

BOOST_AUTO_TEST_CASE(a_type_that_begins_another_lists_only_its_own_nodes) {
  GraphStore store;
  for (const char* type : {"int", "integer", "in", "int"}) {
    format::NodeRecord record = make_node(NodeKind::data);
    record.type = type;
    store.add(record);
  }
  BOOST_TEST(ids_of(store, "type = int") == (std::vector<NodeId>{1, 4}), kEach);
  BOOST_TEST(ids_of(store, "type = i").empty());
  BOOST_TEST(ids_of(store, R"(type = "int\u0000")").empty());
}

BOOST_AUTO_TEST_CASE(a_listing_continues_behind_the_last_node_although_nodes_were_added) {
  GraphStore store;
  for (int i = 0; i < 5; ++i) store.add(NodeKind::data);
  const auto first = nodes_of(*store.view(), Filter::parse("type = data"), 0, 3);
  BOOST_TEST(ids_of(first) == (std::vector<NodeId>{1, 2, 3}), kEach);
  store.add(NodeKind::data);
  const auto rest = nodes_of(*store.view(), Filter::parse("type = data"), first.back().id + 1);
  BOOST_TEST(ids_of(rest) == (std::vector<NodeId>{4, 5, 6}), kEach);
}

BOOST_AUTO_TEST_CASE(finished_lists_data_as_well) {
  GraphStore store;
  const NodeId data = store.add(NodeKind::data);
  format::NodeRecord process = make_node(NodeKind::calculation);
  process.state = NodeState::finished;
  const NodeId calculation = store.add(process);
  store.add(NodeKind::workflow);
  BOOST_TEST(ids_of(store, "state = finished") == (std::vector<NodeId>{data, calculation}), kEach);
  BOOST_TEST(ids_of(store, "kind = calculation and state = finished") == std::vector<NodeId>{calculation}, kEach);
}

BOOST_AUTO_TEST_CASE(nodes_are_found_by_their_content_or_for_having_none) {
  GraphStore store;
  format::NodeRecord object = make_node(NodeKind::data), artifact = make_node(NodeKind::data);
  object.content = ObjectId{*Digest::parse(std::string(32, 'a'))};
  artifact.content = ArtifactId{*Digest::parse(std::string(32, 'b'))};
  const NodeId first = store.add(object), second = store.add(artifact), empty = store.add(NodeKind::data);
  BOOST_TEST(ids_of(store, "content = " + std::string(32, 'a')) == std::vector<NodeId>{first}, kEach);
  BOOST_TEST(ids_of(store, "content = " + std::string(32, 'b')) == std::vector<NodeId>{second}, kEach);
  BOOST_TEST(ids_of(store, "not content exists") == std::vector<NodeId>{empty}, kEach);
}

BOOST_AUTO_TEST_CASE(a_stale_index_entry_is_passed_over) {
  GraphStore store;
  const NodeId node = store.add(NodeKind::workflow);
  engine::Edit stale;
  stale.indexes.push_back(
      {format::index::state(static_cast<std::uint8_t>(NodeState::paused), node), std::string()});
  stale.indexes.push_back(
      {format::index::state(static_cast<std::uint8_t>(NodeState::paused), 999), std::string()});
  store.publish(GraphStore::kCell, stale);
  BOOST_TEST(ids_of(store, "state = paused").empty());
}

BOOST_AUTO_TEST_CASE(the_public_node_shows_what_is_stored) {
  format::NodeRecord record = make_node(NodeKind::calculation);
  record.label = "relax";
  record.created = 1;
  record.modified = 2;
  record.exit_status = 3;
  record.size = 4;
  const Node node = GraphReader::public_node(record);
  BOOST_TEST((node.uuid == record.uuid));
  BOOST_TEST(node.label == "relax");
  BOOST_TEST(node.created.time_since_epoch().count() == 1);
  BOOST_TEST(node.modified.time_since_epoch().count() == 2);
  BOOST_TEST(node.exit_status == 3);
  BOOST_TEST(node.size_bytes == 4u);
  BOOST_TEST(node.run == "");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::graph
