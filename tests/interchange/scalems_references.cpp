// References of SCALE-MS documents: their order, where nested ones lead, and those that leave the document.
#include "interchange/scalems_documents.h"

namespace cairn::test {

using namespace scalems;

namespace {

constexpr const char* kData =
    "{'uid': '$1', 'label': 'one', 'type': ['scalems', 'Mapping'], 'data': [5, 6], 'parts': {'x': [[1], [2]]}, 'none': null},";

std::string refers(std::string_view text) {
  return workflow(std::string(kData) + "{'uid': '$2', 'label': 'two', 'type': ['a', 'B'], 'of': '" + std::string(text) + "'}");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(scalems_references)

BOOST_AUTO_TEST_CASE(an_element_before_what_it_refers_to_is_an_error_that_names_both) {
  const std::string text = workflow(
      "{'uid': '$2', 'label': 'two', 'type': ['a', 'B'], 'of': '$1'}, {'uid': '$1', 'label': 'one', 'type': ['a', 'B']}");
  check_refused(text, "/referents/0/of: /referents/0 (" + uid(2) + ", \"two\") refers to /referents/1 (" + uid(1) +
                          ", \"one\"), which comes only after it");
}

BOOST_AUTO_TEST_CASE(only_a_result_refers_to_its_own_element) {
  Store store = Store::in_memory();
  const ImportReport report =
      check_round_trip(store, workflow("{'uid': '$1', 'type': ['scalems', 'Subprocess'], 'result': '$1'}"));
  BOOST_TEST((node_of(store, 1).kind == NodeKind::calculation && node_of(store, 1).state == NodeState::created));
  BOOST_TEST(report.items.empty());
  BOOST_TEST(store.links(node_of(store, 1).uuid).size() == 1u);  // of the document
  check_refused(workflow("{'uid': '$1', 'type': ['scalems', 'Subprocess'], 'input': '$1', 'result': '$1'}"),
                "/referents/0/input: ");
  check_refused(workflow("{'uid': '$1', 'type': ['scalems', 'Subprocess'], 'input': '$1', 'result': '$1'}"),
                "refers to itself");
  check_refused(
      workflow("{'uid': '$1', 'type': ['a', 'B'], 'result': '$1'}", "'a.B': {'x': {'type': ['a', 'C'], 'shape': [1]}}"),
      "itself");
}

BOOST_AUTO_TEST_CASE(text_that_may_be_no_reference_may_look_like_one_to_any_element) {
  Store store = Store::in_memory();
  const std::string types = "'a.B': {'name': {'type': ['scalems', 'String'], 'shape': [1]}}";
  const ImportReport report =
      check_round_trip(store, workflow("{'uid': '$1', 'type': ['a', 'B'], 'name': '$2'},"
                                       "{'uid': '$2', 'type': ['scalems', 'Mapping'], 'data': {'digest': '$2', 'later': '$3'}},"
                                       "{'uid': '$3', 'type': ['a', 'B'], 'name': '$3'}",
                                       types));
  BOOST_TEST(report.items.size() == 2u);
  BOOST_TEST(has_item(report, Outcome::unresolved, "/referents/1/data/digest", "refers to itself: taken as text"));
  BOOST_TEST(has_item(report, Outcome::unresolved, "/referents/1/data/later", "comes only after it: taken as text"));
  BOOST_TEST(store.links(node_of(store, 3).uuid).size() == 2u);  // of the document, and its type
  check_refused(json_of("[{'operation': ['a'], 'uid': '$1', 'input': '$2'}, {'operation': ['a'], 'uid': '$2', 'input': {}}]"),
                "/0/input: /0 (" + uid(1) + ") refers to /1 (" + uid(2) + "), which comes only after it");
  check_refused(json_of("[{'operation': ['a'], 'uid': '$1', 'input': {}, 'depends': ['$1']}]"), "/0/depends/0: ");
}

BOOST_AUTO_TEST_CASE(two_elements_of_one_uid_are_refused) {
  check_refused(workflow("{'uid': '$1', 'type': ['a', 'B']}, {'uid': '$1', 'type': ['a', 'B']}"),
                "/referents/1: /referents/1 (" + uid(1) + ") has the uid of /referents/0");
}

BOOST_AUTO_TEST_CASE(nested_references_lead_into_the_element) {
  for (const char* text : {"$1", "$1.data", "$1.data[1]", "$1.parts", "$1.parts.x[0]", "$1.none[7].more"}) {
    BOOST_TEST_CONTEXT(text) {
      Store store = Store::in_memory();
      const ImportReport report = check_round_trip(store, refers(text));
      BOOST_TEST(has_link(store, node_of(store, 2), node_of(store, 1), LinkType::reference, "of"));
      BOOST_TEST(report.count(Outcome::unresolved) ==
                 (std::string_view(text).ends_with("more") ? 2u : 1u));  // a.B is described nowhere
    }
  }
}

BOOST_AUTO_TEST_CASE(a_subscript_beyond_an_array_is_refused) {
  check_refused(refers("$1.data[2]"), "has 2 elements there, and none of number 2");
  check_refused(refers("$1.parts[0]"), "expected an array");
  check_refused(refers("$1.data.x"), "has no \"x\" there");
}

BOOST_AUTO_TEST_CASE(what_the_element_says_nothing_of_is_left_to_the_context) {
  Store store = Store::in_memory();
  const ImportReport report = check_round_trip(store, refers("$1.field[0].more"));
  BOOST_TEST(has_link(store, node_of(store, 2), node_of(store, 1), LinkType::reference, "of"));
  BOOST_TEST(has_item(report, Outcome::unresolved, "/referents/1/of", "says nothing of \"field\""));
}

BOOST_AUTO_TEST_CASE(nested_references_are_followed_from_element_to_element) {
  Store store = Store::in_memory();
  const std::string text = workflow(R"(
    {'uid': '$1', 'type': ['scalems', 'Mapping'], 'data': [7, 8]},
    {'uid': '$2', 'type': ['scalems', 'SubprocessInput'], 'inputs': '$1', 'first': '$1.data[0]'},
    {'uid': '$3', 'type': ['scalems', 'Subprocess'], 'input': '$2', 'result': '$3'},
    {'uid': '$4', 'type': ['scalems', 'Mapping'], 'a': '$3.input.inputs', 'b': '$2.inputs[1]',
     'c': '$3.result.stdout[0]', 'd': '$2.first'})");
  check_round_trip(store, text);
  const Node last = node_of(store, 4), first = node_of(store, 1);
  for (const char* label : {"a", "b", "d"}) BOOST_TEST(has_link(store, last, first, LinkType::reference, label), label);
  BOOST_TEST(has_link(store, last, node_of(store, 3, "scalems-result"), LinkType::reference, "c"));
  check_refused(workflow("{'uid': '$1', 'type': ['scalems', 'Mapping'], 'data': [7]},"
                         "{'uid': '$2', 'type': ['scalems', 'Mapping'], 'inputs': '$1'},"
                         "{'uid': '$3', 'type': ['scalems', 'Mapping'], 'a': '$2.inputs[1]'}"),
                "/referents/2/a: ");
}

BOOST_AUTO_TEST_CASE(a_subscript_is_one_of_what_the_member_refers_to) {
  const auto text = [](const std::string& reference) {
    return workflow(
        "{'uid': '$1', 'type': ['scalems', 'Mapping'], 'parts': {'x': [[1], [2]]}},"
        "{'uid': '$2', 'type': ['scalems', 'Mapping'], 'first': '$1.parts.x'},"
        "{'uid': '$3', 'type': ['scalems', 'Mapping'], 'a': '" +
        reference + "'}");
  };
  Store store = Store::in_memory();
  check_round_trip(store, text("$2.first[1]"));
  BOOST_TEST(has_link(store, node_of(store, 3), node_of(store, 1), LinkType::reference, "a"));
  check_refused(text("$2.first[2]"), "has 2 elements there, and none of number 2");
}

BOOST_AUTO_TEST_CASE(the_result_that_is_not_known_yet_is_one_node_for_all_who_use_it) {
  Store store = Store::in_memory();
  check_round_trip(store,
                   workflow("{'uid': '$1', 'label': 'work', 'type': ['scalems', 'Subprocess'], 'input': null, 'result': '$1'},"
                            "{'uid': '$2', 'type': ['scalems', 'Subprocess'], 'input': '$1'}"));
  const ImportReport later =
      check_round_trip(store, workflow("{'uid': '$3', 'type': ['scalems', 'Subprocess'], 'input': '$1.result.file'}"));
  const Node result = node_of(store, 1, "scalems-result");
  BOOST_TEST(result.label == "work.result");
  BOOST_TEST(has_link(store, node_of(store, 1), result, LinkType::create, "result"));
  BOOST_TEST(has_link(store, result, node_of(store, 2), LinkType::input, "input"));
  BOOST_TEST(has_link(store, result, node_of(store, 3), LinkType::input, "input"));
  BOOST_TEST(later.items.empty());
}

BOOST_AUTO_TEST_CASE(what_leaves_the_document_is_looked_for_in_the_store) {
  Store store = Store::in_memory();
  import_text(store, workflow("{'uid': '$1', 'type': ['scalems', 'String'], 'data': ['x']}"));
  const ImportReport report =
      check_round_trip(store, workflow("{'uid': '$2', 'type': ['scalems', 'Subprocess'], 'input': '$1'}"));
  BOOST_TEST(has_link(store, node_of(store, 1), node_of(store, 2), LinkType::input, "input"));
  BOOST_TEST(report.items.empty());
  BOOST_TEST(report.nodes_known == 1u);
}

BOOST_AUTO_TEST_CASE(what_nobody_knows_is_kept_and_reported) {
  Store store = Store::in_memory();
  const ImportReport report = check_round_trip(store, refers("$9.field[0]"));
  BOOST_TEST(has_item(report, Outcome::unresolved, "/referents/1/of", uid(9) + ".field[0]"));
  BOOST_TEST(
      has_item(check_round_trip(store, refers(".context.field")), Outcome::unresolved, "/referents/1/of", ".context.field"));
}

BOOST_AUTO_TEST_CASE(a_resolver_says_what_leaves_the_document) {
  Store store = Store::in_memory();
  const Node given = store.run("native").node();
  std::vector<std::string> asked;
  ImportOptions options;
  options.resolve = [&](std::string_view reference) {
    asked.emplace_back(reference);
    return reference == ".context" ? std::optional(given.uuid) : std::nullopt;
  };
  const std::string text =
      workflow("{'uid': '$1', 'type': ['a', 'B'], 'x': '.context', 'y': '$9.z', 'w': '.context', 'v': ['$8']}");
  const ImportReport report = check_round_trip(store, text, options);
  BOOST_TEST(has_link(store, node_of(store, 1), given, LinkType::reference, "x"));
  BOOST_TEST(has_link(store, node_of(store, 1), given, LinkType::reference, "w"));
  BOOST_TEST((asked == std::vector<std::string>{".context", uid(9) + ".z"}));
  BOOST_TEST(has_item(report, Outcome::unresolved, "/referents/0/y", uid(9)));
  options.resolve = [](std::string_view) { return std::optional(Uuid::generate()); };
  Store other = Store::in_memory();
  BOOST_CHECK_EXCEPTION(import_text(other, text, options), Error, has_code(ErrorCode::not_found, "/referents/0/w"));
  BOOST_TEST(other.count(Filter()) == 0u);
}

BOOST_AUTO_TEST_CASE(text_is_a_reference_where_its_type_says_so) {
  const std::string types =
      "'a.B': {'name': {'type': ['scalems', 'String'], 'shape': [1]}, 'of': {'type': ['a', 'C'], 'shape': [1]}}";
  Store store = Store::in_memory();
  BOOST_TEST(
      check_round_trip(store, workflow("{'uid': '$1', 'type': ['a', 'B'], 'name': 'no reference'}", types)).items.empty());
  BOOST_TEST(check_round_trip(store, workflow("{'uid': '$2', 'type': ['a', 'B'], 'name': '$9'}", types)).items.empty());
  check_refused(workflow("{'uid': '$1', 'type': ['a', 'B'], 'of': 'no reference'}", types),
                "/referents/0/of: the reference \"no reference\", column 1");
  const ImportReport report =
      check_round_trip(store, workflow("{'uid': '$3', 'type': ['scalems', 'B'], 'of': 'no reference'}"));
  BOOST_TEST(has_item(report, Outcome::opaque, "/referents/0/of", "kept as text"));
}

BOOST_AUTO_TEST_CASE(what_is_made_of_its_own_result_is_refused) {
  const std::string text = workflow(
      "{'uid': '$1', 'type': ['scalems', 'File'], 'data': []},"
      "{'uid': '$2', 'type': ['scalems', 'Subprocess'], 'input': '$1', 'result': '$2'},"
      "{'uid': '$3', 'type': ['scalems', 'Subprocess'], 'input': '$2', 'result': '$1'}");
  check_refused(text, "/referents/2/result: cycle");
  Store store = Store::in_memory();
  const ImportReport report = import_text(store, text, {.partial = true});
  BOOST_TEST(has_item(report, Outcome::altered, "/referents/2/result", "cycle"));
  BOOST_TEST(has_link(store, node_of(store, 3), node_of(store, 1), LinkType::reference, "result"));
  check_comes_back(store, text, report);
}

BOOST_AUTO_TEST_CASE(a_second_creator_is_a_reference) {
  Store store = Store::in_memory();
  const ImportReport report =
      check_round_trip(store, workflow("{'uid': '$1', 'type': ['scalems', 'File'], 'data': []},"
                                       "{'uid': '$2', 'type': ['scalems', 'Subprocess'], 'result': '$1'},"
                                       "{'uid': '$3', 'type': ['scalems', 'Subprocess'], 'result': '$1'}"));
  BOOST_TEST(has_link(store, node_of(store, 2), node_of(store, 1), LinkType::create, "result"));
  BOOST_TEST(has_link(store, node_of(store, 3), node_of(store, 1), LinkType::reference, "result"));
  BOOST_TEST(has_item(report, Outcome::altered, "/referents/2/result", "creator"));
}

BOOST_AUTO_TEST_CASE(a_long_chain_of_references_costs_no_square_of_its_length) {
  std::string referents;
  for (unsigned i = 1; i <= 3000; ++i)
    referents += (i == 1 ? "" : ",") + std::string("{'uid': '") + uid(i) + "', 'type': ['scalems', 'X'], 'of': '" +
                 uid(i == 1 ? 99'999 : i - 1) + ".of'}";
  Store store = Store::in_memory();
  check_round_trip(store, workflow(referents));
  BOOST_TEST(store.links(node_of(store, 3000).uuid).size() == 2u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace cairn::test
