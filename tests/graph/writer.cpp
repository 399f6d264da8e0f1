#include "graph/writer.h"

#include <boost/test/unit_test.hpp>

#include "graph/graph_store.h"

namespace cairn::graph {
namespace {

std::size_t index_count(const GraphStore& store) {
  std::size_t count = 0;
  const auto cursor = store.view()->indexes();
  for (bool more = cursor->seek(""); more; more = cursor->next()) ++count;
  return count;
}

BOOST_AUTO_TEST_SUITE(writer)

BOOST_AUTO_TEST_CASE(a_new_node_is_found_by_uuid) {
  GraphStore store;
  const format::NodeRecord record = make_node(NodeKind::calculation);
  const NodeId id = store.add(record);
  const auto view = store.view();
  const auto found = GraphReader(*view, store.labels()).find_node(record.uuid);
  BOOST_REQUIRE(found.has_value());
  BOOST_TEST(found->id == id);
  BOOST_TEST((found->record == record));
}

BOOST_AUTO_TEST_CASE(a_change_of_state_moves_the_node_in_the_index) {
  GraphStore store;
  format::NodeRecord record = make_node(NodeKind::workflow);
  const NodeId id = store.add(record);
  const std::size_t count = index_count(store);
  record.state = NodeState::failed;
  record.exit_status = 3;
  store.commit([&](GraphWriter& writer) { writer.update_node(id, record); });
  BOOST_TEST(ids_of(store, "state = running").empty());
  BOOST_TEST(ids_of(store, "state = failed") == std::vector<NodeId>{id},
             boost::test_tools::per_element());
  BOOST_TEST(index_count(store) == count);
}

BOOST_AUTO_TEST_CASE(a_change_of_content_moves_the_node_in_the_index) {
  GraphStore store;
  format::NodeRecord record = make_node(NodeKind::workflow);
  record.content = ObjectId{*Digest::parse(std::string(32, '1'))};
  const NodeId id = store.add(record);
  const Content before = record.content;
  record.content = ObjectId{*Digest::parse(std::string(32, '2'))};
  store.commit([&](GraphWriter& writer) { writer.update_node(id, record); });
  BOOST_TEST(ids_of(store, "content = " + std::get<ObjectId>(before).hex()).empty());
  BOOST_TEST(ids_of(store, "content = " + std::get<ObjectId>(record.content).hex()).size() == 1u);
}

BOOST_AUTO_TEST_CASE(an_update_that_changes_nothing_writes_nothing) {
  GraphStore store;
  const format::NodeRecord record = make_node(NodeKind::workflow);
  const NodeId id = store.add(record);
  const auto view = store.view();
  GraphWriter writer(*view, store.labels(), GraphStore::kCell);
  writer.update_node(id, record);
  BOOST_TEST(writer.empty());
  const engine::Edit edit = writer.finish();
  BOOST_TEST(edit.records.empty());
  BOOST_TEST(edit.indexes.empty());
  BOOST_TEST(edit.claims.empty());
}

BOOST_AUTO_TEST_CASE(a_sealed_node_keeps_all_but_label_and_description) {
  GraphStore store;
  format::NodeRecord process = make_node(NodeKind::calculation);
  process.state = NodeState::finished;
  for (const format::NodeRecord& sealed : {process, make_node(NodeKind::data)}) {
    const NodeId id = store.add(sealed);
    const auto view = store.view();
    GraphWriter writer(*view, store.labels(), GraphStore::kCell);
    format::NodeRecord next = sealed;
    next.attributes = "changed";
    BOOST_CHECK_EXCEPTION(writer.update_node(id, next), Error, is_violation);
    next = sealed;
    next.label = "a name";
    next.description = "for people";
    next.modified = 1;
    BOOST_CHECK_NO_THROW(writer.update_node(id, next));
  }
  const NodeId id = store.add(process = [&] {
    format::NodeRecord again = make_node(NodeKind::workflow);
    again.state = NodeState::killed;
    return again;
  }());
  process.state = NodeState::running;
  BOOST_CHECK_EXCEPTION(store.commit([&](GraphWriter& writer) { writer.update_node(id, process); }), Error,
                        is_violation);
}

BOOST_AUTO_TEST_CASE(identity_never_changes) {
  GraphStore store;
  const format::NodeRecord record = make_node(NodeKind::workflow);
  const NodeId id = store.add(record);
  const auto view = store.view();
  GraphWriter writer(*view, store.labels(), GraphStore::kCell);
  format::NodeRecord next = record;
  next.uuid = Uuid::generate();
  BOOST_CHECK_EXCEPTION(writer.update_node(id, next), Error, is_violation);
  next = record;
  next.kind = NodeKind::calculation;
  BOOST_CHECK_EXCEPTION(writer.update_node(id, next), Error, is_violation);
  next = record;
  next.type = "other";
  BOOST_CHECK_EXCEPTION(writer.update_node(id, next), Error, is_violation);
}

BOOST_AUTO_TEST_CASE(bad_records_are_refused) {
  GraphStore store;
  const auto view = store.view();
  GraphWriter writer(*view, store.labels(), GraphStore::kCell);
  const auto is_refused = [&](auto&& change) {
    format::NodeRecord record = make_node(NodeKind::data);
    change(record);
    BOOST_CHECK_EXCEPTION(writer.add_node(1, record), Error, is_invalid);
  };
  is_refused([](auto& record) { record.cell = 99; });
  is_refused([](auto& record) { record.state = NodeState::running; });
  is_refused([](auto& record) { record.type = std::string("a\0b", 3); });
  is_refused([](auto& record) { record.type = std::string(1025, 'x'); });
  BOOST_CHECK_EXCEPTION(writer.add_node(0, make_node(NodeKind::data)), Error, is_invalid);
  BOOST_TEST(writer.empty());
}

BOOST_AUTO_TEST_CASE(an_id_or_uuid_is_taken_once_in_a_commit) {
  GraphStore store;
  const auto view = store.view();
  GraphWriter writer(*view, store.labels(), GraphStore::kCell);
  const format::NodeRecord record = make_node(NodeKind::data);
  writer.add_node(1, record);
  const auto is_taken = [](const Error& error) { return error.code() == ErrorCode::exists; };
  BOOST_CHECK_EXCEPTION(writer.add_node(2, record), Error, is_taken);
  BOOST_CHECK_EXCEPTION(writer.add_node(1, make_node(NodeKind::data)), Error, is_taken);
}

BOOST_AUTO_TEST_CASE(a_uuid_that_is_in_the_store_is_claimed) {
  GraphStore store;
  const format::NodeRecord record = make_node(NodeKind::data);
  store.add(record);
  BOOST_CHECK_THROW(store.add(record), Error);
}

BOOST_AUTO_TEST_CASE(unknown_nodes_are_not_found) {
  GraphStore store;
  store.intern({"a"});
  const NodeId data = store.add(NodeKind::data);
  const auto view = store.view();
  GraphWriter writer(*view, store.labels(), GraphStore::kCell);
  BOOST_CHECK_EXCEPTION(writer.add_link(data, 999, LinkType::reference, "a"), Error, is_not_found);
  BOOST_CHECK_EXCEPTION(writer.add_link(999, data, LinkType::reference, "a"), Error, is_not_found);
  BOOST_CHECK_EXCEPTION(writer.update_node(999, make_node(NodeKind::data)), Error, is_not_found);
  BOOST_CHECK_EXCEPTION(writer.node(999), Error, is_not_found);
  BOOST_TEST(writer.empty());
}

BOOST_AUTO_TEST_CASE(a_label_without_a_number_is_refused) {
  GraphStore store;
  const NodeId one = store.add(NodeKind::data), other = store.add(NodeKind::data);
  const auto view = store.view();
  GraphWriter writer(*view, store.labels(), GraphStore::kCell);
  BOOST_CHECK_EXCEPTION(writer.add_link(one, other, LinkType::reference, "unknown"), Error, is_invalid);
}

BOOST_AUTO_TEST_CASE(a_node_of_another_cell_holds_no_new_link) {
  GraphStore store;
  store.intern({"a"});
  const CellId elsewhere = GraphStore::kCell + 1;
  const NodeId here = store.add(NodeKind::data), there = store.add(make_node(NodeKind::data, elsewhere));
  const auto view = store.view();
  GraphWriter writer(*view, store.labels(), GraphStore::kCell);
  BOOST_CHECK_EXCEPTION(writer.add_link(there, here, LinkType::reference, "a"), Error, is_invalid);
  BOOST_CHECK_EXCEPTION(writer.update_node(there, make_node(NodeKind::data)), Error, is_invalid);
  BOOST_CHECK_NO_THROW(writer.add_link(here, there, LinkType::reference, "a"));
}

BOOST_AUTO_TEST_CASE(links_added_later_join_those_that_are_stored) {
  GraphStore store;
  store.intern({"a", "b"});
  const NodeId workflow = store.add(NodeKind::workflow), one = store.add(NodeKind::data),
               other = store.add(NodeKind::data);
  store.commit([&](GraphWriter& writer) { writer.add_link(workflow, one, LinkType::return_, "a"); });
  store.commit([&](GraphWriter& writer) { writer.add_link(workflow, other, LinkType::return_, "b"); });
  const auto view = store.view();
  const std::vector<StoredLink> expected = {{workflow, one, LinkType::return_, 1},
                                            {workflow, other, LinkType::return_, 2}};
  BOOST_TEST((GraphReader(*view, store.labels()).links_of(workflow) == expected));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::graph
