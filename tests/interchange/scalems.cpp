// SCALE-MS documents: what becomes of types, elements and references in the graph, and that they come back.
#include "interchange/scalems_documents.h"

namespace cairn::test {

using namespace scalems;

namespace {

// Two values, what gathers them, and a command that uses it.
constexpr const char* kCommandType =
    "'scalems.Subprocess': {'input': {'type': ['scalems', 'SubprocessInput'], 'shape': [1]},"
    " 'result': {'type': ['scalems', 'SubprocessResult'], 'shape': [1]}}";
constexpr const char* kGathered = R"(
  {'uid': '$1', 'label': 'flour', 'type': ['scalems', 'Mapping'], 'data': [{'-i': ['infile']}]},
  {'uid': '$2', 'label': 'numbers', 'type': ['scalems', 'Integer64'], 'shape': [2, 2], 'data': [[1, 2], [3, 4]]},
  {'uid': '$3', 'label': 'gathered', 'type': ['scalems', 'SubprocessInput'],
     'argv': ['a', '$1'], 'inputs': '$1', 'outputs': '$2', 'stdin': null})";
const std::string kCommand =
    std::string(kGathered) + ", {'uid': '$4', 'label': 'command', 'type': ['scalems', 'Subprocess'], 'input': '$3'";

}  // namespace

BOOST_AUTO_TEST_SUITE(scalems_documents)

BOOST_AUTO_TEST_CASE(the_documents_of_its_authors_come_back) {
  for (const char* name : {"doc_example_fixed.json", "prototype.json", "fingerprint_vectors.json"}) {
    BOOST_TEST_CONTEXT(name) {
      for_each_store([&](TestStore& store) { check_round_trip(*store, fixture(name)); });
    }
  }
}

BOOST_AUTO_TEST_CASE(the_published_example_becomes_a_lineage) {
  Store store = Store::in_memory();
  const ImportReport report =
      import_text(store, fixture("doc_example_fixed.json"), {.name = "example.json", .run = "imported"});
  const Node command = node_labelled(store, "command");
  BOOST_TEST((command.kind == NodeKind::calculation && command.state == NodeState::created));
  BOOST_TEST(command.type == "scalems.Subprocess");
  BOOST_TEST(command.run == "imported");
  BOOST_TEST(command.unique_ids.empty());  // "eeee..." names it in this document alone
  BOOST_TEST(has_link(store, node_labelled(store, "subprocess_input"), command, LinkType::input, "input"));
  BOOST_TEST(has_link(store, node_labelled(store, "input_files"), command, LinkType::input, "input__inputs"));
  BOOST_TEST(has_link(store, node_labelled(store, "subprocess_input"), node_labelled(store, "resource_spec"),
                      LinkType::reference, "resources"));
  BOOST_TEST(has_link(store, command, node_labelled(store, "scalems.Subprocess"), LinkType::reference, "type"));
  BOOST_TEST(store.ancestors(command.uuid).size() == 4u);
  BOOST_TEST(store.get_node(report.roots.at(0)).label == "example.json");
  BOOST_TEST(has_item(report, Outcome::altered, "/referents/0/uid", "aaaa... abbreviates"));
  BOOST_TEST(has_item(report, Outcome::opaque, "/referents/3/args", "has no such field"));
  BOOST_TEST(report.items.size() == 6u);
}

BOOST_AUTO_TEST_CASE(a_command_is_a_calculation_and_its_data_are_inputs) {
  for_each_store([](TestStore& store) {
    const ImportReport report = check_round_trip(*store, workflow(kCommand + ", 'result': '$4'}", kCommandType));
    const Node flour = node_of(*store, 1), numbers = node_of(*store, 2), gathered = node_of(*store, 3),
               command = node_of(*store, 4);
    BOOST_TEST((command.kind == NodeKind::calculation && gathered.kind == NodeKind::data));
    BOOST_TEST(has_link(*store, gathered, command, LinkType::input, "input"));
    BOOST_TEST(has_link(*store, flour, command, LinkType::input, "input__inputs"));
    BOOST_TEST(has_link(*store, gathered, numbers, LinkType::reference, "outputs"));
    BOOST_TEST(store->links(flour.uuid).size() == 3u);  // what stands in an array is no reference
    BOOST_TEST(store->descendants(flour.uuid).size() == 1u);
    const Value data = store->get_value(std::get<ObjectId>(numbers.content));
    BOOST_TEST((data.is<Array>() && data.get_if<Array>()->shape == std::vector<std::uint64_t>{2, 2}));
    BOOST_TEST(store->count(Filter::parse("attributes.fields.stdin = null")) >= 1u);
    BOOST_TEST(report.items.empty());
    BOOST_TEST(report.nodes_new == 6u);
  });
}

BOOST_AUTO_TEST_CASE(the_result_of_a_command_is_made_by_it) {
  Store store = Store::in_memory();
  const std::string text = workflow(std::string(kGathered) + R"(,
    {'uid': '$5', 'type': ['scalems', 'Integer'], 'data': [0]},
    {'uid': '$4', 'type': ['scalems', 'Subprocess'], 'input': '$3', 'result': '$5'},
    {'uid': '$6', 'type': ['scalems', 'Subprocess'], 'input': '$4.result', 'result': {'code': [0, 1]}},
    {'uid': '$7', 'type': ['scalems', 'Subprocess'], 'input': '$6'})");
  check_round_trip(store, text);
  const Node command = node_of(store, 4), result = node_of(store, 5);
  BOOST_TEST((command.state == NodeState::finished));
  BOOST_TEST(has_link(store, command, result, LinkType::create, "result"));
  BOOST_TEST(has_link(store, result, node_of(store, 6), LinkType::input, "input"));
  const Node own = node_of(store, 6, "scalems-result");
  BOOST_TEST(own.type == "scalems:Result");
  BOOST_TEST(has_link(store, node_of(store, 6), own, LinkType::create, "result"));
  BOOST_TEST(has_link(store, own, node_of(store, 7), LinkType::input, "input"));
  BOOST_TEST(store.ancestors(node_of(store, 7).uuid).size() == 7u);
}

BOOST_AUTO_TEST_CASE(equal_uids_are_one_node_and_labels_and_results_may_differ) {
  Store store = Store::in_memory();
  const ImportReport first = check_round_trip(store, workflow(kCommand + ", 'result': '$4'}"));
  const std::string later = workflow(std::string(kGathered) + R"(,
    {'uid': '$5', 'type': ['scalems', 'Integer'], 'data': [0]},
    {'uid': '$4', 'label': 'again', 'type': 'scalems.Subprocess', 'input': '$3', 'result': '$5'})");
  const ImportReport second = check_round_trip(store, later);
  BOOST_TEST(second.nodes_known == 4u);
  BOOST_TEST(second.nodes_new == 2u);
  BOOST_TEST(has_link(store, node_of(store, 4), node_of(store, 5), LinkType::create, "result"));
  BOOST_TEST(node_of(store, 4).label == "command");
  BOOST_TEST(second.items.empty());
  check_comes_back(store, workflow(kCommand + ", 'result': '$4'}"), first);
}

BOOST_AUTO_TEST_CASE(a_uid_that_says_something_else_is_reported_and_gets_a_node_of_its_own) {
  Store store = Store::in_memory();
  const std::string before = workflow(kCommand + "}");
  const ImportReport first = check_round_trip(store, before);
  const std::string other = workflow(R"(
    {'uid': '$1', 'label': 'flour', 'type': ['scalems', 'Mapping'], 'data': [{'-i': ['other']}]},
    {'uid': '$2', 'type': ['scalems', 'Integer64'], 'shape': [2, 2], 'data': [[1, 2], [3, 4]]},
    {'uid': '$3', 'type': ['scalems', 'SubprocessInput'],
     'argv': ['a', '$1'], 'inputs': '$1', 'outputs': '$2', 'stdin': null})");
  const ImportReport second = check_round_trip(store, other);
  BOOST_TEST(has_item(second, Outcome::altered, "/referents/0", "says something else"));
  BOOST_TEST(has_item(second, Outcome::altered, "/referents/2", "says the same of another /referents/0"));
  BOOST_TEST(second.items.size() == 2u);
  BOOST_TEST(second.nodes_known == 1u);
  BOOST_TEST(second.nodes_new == 3u);
  check_comes_back(store, before, first);
}

BOOST_AUTO_TEST_CASE(uids_are_equal_in_either_case_and_come_back_as_they_were) {
  Store store = Store::in_memory();
  const std::string lower(64, 'a'), upper(64, 'A');
  for (const std::string& name : {lower, upper}) {
    const std::string text =
        workflow("{'uid': '" + name + "', 'type': ['scalems', 'String'], 'data': ['x']}," +
                 "{'uid': '$1', 'type': ['a', 'B'], 'of': '" + (name == lower ? upper : lower) + ".data[0]'}");
    BOOST_TEST(check_round_trip(store, text).nodes_known == (name == lower ? 0u : 2u));
  }
  BOOST_TEST(has_link(store, node_of(store, 1), node_of(store, lower), LinkType::reference, "of"));
}

BOOST_AUTO_TEST_CASE(types_of_one_name_that_say_something_else_are_beside_each_other) {
  Store store = Store::in_memory();
  const std::string a = workflow("", "'a.B': {'x': {'type': ['a', 'C'], 'shape': [1]}}");
  const std::string b =
      workflow("", "'a.B': {'x': {'type': 'a.C', 'shape': ['constraints.OneOrMore', {'DimensionSize': 'n'}]}}");
  const ImportReport first = check_round_trip(store, a);
  check_round_trip(store, b);
  BOOST_TEST(store.count(Filter::parse("type = \"scalems:Type\" and label = \"a.B\"")) == 2u);
  BOOST_TEST(
      check_round_trip(store, workflow("{'uid': '$1', 'type': ['a', 'B']}", "'a.B': {'x': {'type': ['a', 'C'], 'shape': [1]}}"))
          .nodes_known == 1u);
  check_comes_back(store, a, first);
}

BOOST_AUTO_TEST_CASE(chosen_elements_are_a_document_with_what_they_refer_to) {
  Store store = Store::in_memory();
  import_text(store, workflow(kCommand + ", 'result': '$4'}", kCommandType));
  import_text(store, workflow("{'uid': '$9', 'type': ['scalems', 'Integer'], 'data': [1]}"));
  const std::string whole = exported(store, {node_of(store, 4).uuid});
  BOOST_TEST((parsed(whole) == parsed(workflow(kCommand + ", 'result': '$4'}", kCommandType))), whole);
  const std::string alone = exported(store, {node_of(store, 4).uuid}, {.ancestors = false});
  BOOST_TEST(
      (parsed(alone) ==
       parsed(workflow("{'uid': '$4', 'label': 'command', 'type': ['scalems', 'Subprocess'], 'input': '$3', 'result': '$4'}",
                       kCommandType))),
      alone);
  const std::string both = exported(store, {node_of(store, 9).uuid, node_of(store, 1).uuid});
  BOOST_TEST(
      (parsed(both) ==
       parsed(workflow("{'uid': '$9', 'type': ['scalems', 'Integer'], 'data': [1]},"
                       "{'uid': '$1', 'label': 'flour', 'type': ['scalems', 'Mapping'], 'data': [{'-i': ['infile']}]}"))),
      both);
  Store other = Store::in_memory();
  import_text(other, whole);
  BOOST_TEST(other.ancestors(node_of(other, 4).uuid).size() == 3u);
}

BOOST_AUTO_TEST_CASE(nodes_of_other_origin_are_not_exported) {
  Store store = Store::in_memory();
  const Uuid run = store.run("native").node().uuid;
  BOOST_CHECK_EXCEPTION(exported(store, {run}), Error, has_code(ErrorCode::unstorable, "did not come in"));
}

BOOST_AUTO_TEST_CASE(what_refers_to_each_other_in_two_documents_is_in_no_one_document) {
  Store store = Store::in_memory();
  import_text(store, workflow("{'uid': '$1', 'type': ['a', 'B'], 'of': '$2'}"));
  import_text(store, workflow("{'uid': '$2', 'type': ['a', 'B'], 'of': '$1'}"));
  BOOST_CHECK_EXCEPTION(exported(store, {node_of(store, 2).uuid}), Error,
                        has_code(ErrorCode::unstorable, "refers to what refers to it"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace cairn::test
