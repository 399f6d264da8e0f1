// What SCALE-MS's code writes beside workflow documents: records, nodes with fingerprints, the metadata of its file store; and
// what is wrong with any of them.
#include "interchange/scalems_documents.h"

#include "interchange/scalems/fingerprint.h"

namespace cairn::test {

using namespace scalems;

BOOST_AUTO_TEST_SUITE(scalems_records)

BOOST_AUTO_TEST_CASE(a_record_comes_back_alone_and_records_as_a_list) {
  for_each_store([](TestStore& store) {
    check_round_trip(*store, a_record());
    const Node node = node_of(*store, std::string(32, '0'));
    BOOST_TEST(node.label == "spam");
    BOOST_TEST(node.type == "test.Spam");
    BOOST_TEST(store->get<std::vector<std::string>>(std::get<ObjectId>(node.content))[1] == "eggs");
    BOOST_TEST(check_round_trip(*store, "[" + a_record() + "]").nodes_known == 1u);
    check_round_trip(*store, "[]");
    BOOST_TEST((parsed(exported(*store, {node.uuid})) == parsed(a_record())));
  });
}

BOOST_AUTO_TEST_CASE(fingerprints_are_those_of_its_authors) {
  const Value vectors = parsed(fixture("fingerprint_vectors.json"));
  BOOST_TEST(vectors.get_if<List>()->size() == 7u);
  for (const Value& value : *vectors.get_if<List>()) {
    const Map& vector = *value.get_if<Map>();
    const Map identifiers{
        {"depends", *vector.find("depends")}, {"input", *vector.find("input")}, {"operation", *vector.find("operation")}};
    BOOST_TEST((Value(interchange::scalems::compact_json(identifiers)) == *vector.find("canonical_json")));
    const std::string uid =
        interchange::scalems::fingerprint(*vector.find("operation"), *vector.find("input"), *vector.find("depends"));
    BOOST_TEST((Value(uid) == *vector.find("sha256")));
  }
  BOOST_TEST(interchange::scalems::compact_json(List{"\x7f\t\b/", 1e16, 1e-5, 123456789012345680.0}) ==
             R"(["\u007f\t\b/",1e+16,1e-05,1.2345678901234568e+17])");
}

BOOST_AUTO_TEST_CASE(nodes_without_a_uid_get_their_fingerprint) {
  Store store = Store::in_memory();
  check_round_trip(store, fixture("fingerprint_vectors.json"));
  const Node data = node_of(store, "69e69fedbdbab6dcda556db6d5835375cefb4e801fb8279d0d7ef3995154bc15");
  const Node work = node_of(store, "21ee9a2748a992f1cf1530a2e14ed1dbbbf5b7fdf0cbd6e3ccad9087062483d8");
  BOOST_TEST((data.kind == NodeKind::data && work.kind == NodeKind::calculation));
  BOOST_TEST(data.type == "gmxapi.Integer64");
  BOOST_TEST(has_link(store, data, work, LinkType::input, "input"));
  BOOST_TEST(has_link(store, data, work, LinkType::input, "depends"));
  const ImportReport again = check_round_trip(
      store, json_of("{'operation': ['gmxapi', 'Integer64'], 'input': {'data': [[1, 2], [3, 4]]}, 'depends': []}"));
  BOOST_TEST(again.nodes_known == 1u);
}

BOOST_AUTO_TEST_CASE(the_input_of_a_node_may_be_a_reference) {
  Store store = Store::in_memory();
  check_round_trip(store, json_of("[{'operation': ['a'], 'uid': '$1', 'input': {'data': [1]}},"
                                  " {'operation': ['b'], 'uid': '$2', 'input': '$1', 'depends': ['$1']}]"));
  BOOST_TEST(has_link(store, node_of(store, 1), node_of(store, 2), LinkType::input, "input"));
  BOOST_TEST(has_link(store, node_of(store, 1), node_of(store, 2), LinkType::input, "depends"));
}

BOOST_AUTO_TEST_CASE(uuids_are_identities_in_all_their_forms) {
  Store store = Store::in_memory();
  check_round_trip(store, record_with("identity", "'832df1a2-1f0b-4024-a4ab-4160717b8a8c'"));
  BOOST_TEST(check_round_trip(store, record_with("identity", "'832df1a21f0b4024a4ab4160717b8a8c'")).nodes_known == 1u);
  BOOST_TEST(check_round_trip(store, record_with("identity", "")).nodes_known == 0u);
  BOOST_TEST(check_round_trip(store, record_with("identity", "null")).nodes_known == 0u);
}

BOOST_AUTO_TEST_CASE(records_that_the_code_does_not_read_are_refused) {
  check_refused(record_with("shape", ""), "a record has a \"shape\"");
  check_refused(record_with("data", ""), "a record has a \"data\"");
  check_refused(record_with("shape", "[]"), "/shape: expected one size or more");
  check_refused(record_with("shape", "[1.0]"), "/shape: expected an integer");
  check_refused(record_with("shape", "[true]"), "/shape: expected an integer");
  check_refused(record_with("shape", "1"), "/shape: expected an array of sizes");
  check_refused(record_with("shape", "['constraints.OneOrMore']"), "/shape: expected an integer, found text");
  check_refused(record_with("type", "5"), "/type: expected an array of names");
  check_refused(record_with("type", "[]"), "/type: expected one name or more");
  check_refused(record_with("type", "['a', 5]"), "/type: expected a name");
  check_refused(record_with("type", "['a-b']"), "/type: the name \"a-b\", column 2");
  check_refused(record_with("label", "'a b'"), "/label: the label \"a b\", column 2");
  check_refused(record_with("label", "5"), "/label: expected the text of a label");
  check_refused(record_with("identity", "'abc'"), "/identity: the uid \"abc\", column 4");
  check_refused(record_with("identity", "5"), "/identity: expected the text of a uid");
}

BOOST_AUTO_TEST_CASE(what_the_code_takes_comes_in) {
  for (const auto& [member, value, items] : {std::tuple("type", "'test.Spam'", 0u),
                                             {"shape", "[0]", 1u},
                                             {"shape", "[-3]", 1u},
                                             {"shape", "[7, 9]", 1u},
                                             {"label", "null", 0u},
                                             {"extra", "{'a': 1}", 0u},
                                             {"data", "null", 0u},
                                             {"data", "NaN", 1u},
                                             {"data", "[NaN, -Infinity]", 0u},
                                             {"data", "[1, 1.0]", 0u},
                                             {"data", "[1.0, -0.0]", 0u},
                                             {"data", "[1180591620717411303424, 1]", 0u},
                                             {"data", "{'a': [1]}", 1u},
                                             {"data", "[[1, 2], [3]]", 0u},
                                             {"data", "'002a'", 0u},
                                             {"data", "[[], []]", 0u},
                                             {"type", "['__main__', 'f', '<locals>', 'Spam']", 0u}}) {
    BOOST_TEST_CONTEXT(member << ": " << value) {
      Store store = Store::in_memory();
      BOOST_TEST(check_round_trip(store, record_with(member, value)).items.size() == items);
    }
  }
}

BOOST_AUTO_TEST_CASE(bytes_that_look_like_a_uid_are_reported) {
  Store store = Store::in_memory();
  const ImportReport report = check_round_trip(store, record_with("data", "{'digest': '$9', 'text': 'add...'}"));
  BOOST_TEST(has_item(report, Outcome::unresolved, "/data/digest", uid(9)));
  BOOST_TEST(report.count(Outcome::unresolved) == 1u);
}

BOOST_AUTO_TEST_CASE(tasks_are_calculations) {
  Store store = Store::in_memory();
  check_round_trip(
      store,
      json_of(
          "{'uid': '$1', 'type': ['scalems', 'subprocess', 'SubprocessTask'], 'input': {'argv': ['echo'], 'stdout': 'stdout', "
          "'inputs': {'-i': '/a/b'}}}"));
  BOOST_TEST((node_of(store, 1).kind == NodeKind::calculation));
  BOOST_TEST(store.count(Filter::parse("attributes.fields.input.stdout = \"stdout\"")) == 1u);
}

BOOST_AUTO_TEST_CASE(the_metadata_of_a_file_store_comes_back) {
  Store store = Store::in_memory();
  const std::string text = json_of(
      "{'instance': 5672, 'files': {'$1': '/data/scalems_0_0/$1', '$2': '/data/x'}, 'objects': {'$3': {'a': [1, '$3']}}, "
      "'more': 1}");
  const ImportReport report = check_round_trip(store, text);
  BOOST_TEST(has_item(report, Outcome::unresolved, "/files/" + uid(1), "path of the file alone"));
  BOOST_TEST(has_item(report, Outcome::opaque, "/more"));
  BOOST_TEST(report.items.size() == 3u);
  BOOST_TEST(node_of(store, 1).type == "scalems.File");
  BOOST_TEST(store.count(Filter::parse("attributes.fields.path = \"/data/x\"")) == 1u);
  const ImportReport moved = check_round_trip(store, json_of("{'instance': null, 'files': {'$2': '/moved/x'}, 'objects': {}}"));
  BOOST_TEST(moved.nodes_known == 1u);
  BOOST_TEST((parsed(exported(store, {node_of(store, 2).uuid})) ==
              parsed(json_of("{'instance': null, 'files': {'$2': '/data/x'}, 'objects': {}}"))));
  check_refused(json_of("{'instance': 1, 'files': {'$1': 5}}"), "/files/" + uid(1) + ": expected the path of a file");
  check_refused(json_of("{'instance': 1, 'files': {'zz': '/x'}}"), "column 1");
}

BOOST_AUTO_TEST_CASE(workflow_documents_are_checked) {
  check_refused("{}", "/: expected a scalems_workflow_1 document");
  check_refused("5", "/: expected an object or an array");
  check_refused("{\"types\": {}}", "has a \"version\"");
  check_refused("{\"version\": \"scalems_workflow_2\"}",
                "/version: expected \"scalems_workflow_1\", found \"scalems_workflow_2\"");
  check_refused(json_of("{'version': 'scalems_workflow_1', 'types': []}"), "/types: expected an object");
  check_refused(json_of("{'version': 'scalems_workflow_1', 'referents': {}}"), "/referents: expected an array");
  check_refused(workflow("{'type': ['a', 'B']}"), "/referents/0: an element has a \"uid\"");
  check_refused(workflow("{'uid': '$1'}"), "/referents/0: an element has a \"type\"");
  check_refused(workflow("{'uid': '$1', 'type': ['a', 'B'], 'x y': 1}"), "/referents/0/x y: the name of a member, column 2");
  check_refused(workflow("5"), "/referents/0: expected an object");
  check_refused(workflow("", "'1a': {}"), "/types/1a: the name of a type, column 1");
  check_refused(workflow("", "'a.B': 5"), "/types/a.B: expected an object");
  check_refused(workflow("", "'a.B': {'x': {'type': ['a']}}"), "/types/a.B/x: a field has a \"shape\"");
  check_refused(workflow("", "'a.B': {'x': {'shape': [1]}}"), "/types/a.B/x: a field has a \"type\"");
  check_refused(workflow("", "'a.B': {'schema': {'spec': 'scalems.v0'}}"),
                "/types/a.B/schema: a schema of scalems.v0 has a \"name\"");
  Store store = Store::in_memory();
  check_round_trip(store, json_of("{'version': 'scalems_workflow_1'}"));
  const ImportReport report = check_round_trip(store, json_of("{'version': 'scalems_workflow_1', 'types': {'a.B': {'schema': "
                                                              "{'spec': 'zzz'}, 'a': 1}}, 'items': [], 'references': []}"));
  BOOST_TEST(has_item(report, Outcome::opaque, "/types/a.B/schema", "another schema"));
  BOOST_TEST(has_item(report, Outcome::opaque, "/references"));
}

BOOST_AUTO_TEST_CASE(what_is_no_document_at_all_is_refused_with_its_place) {
  check_refused("{\"version\": \"scalems_workflow_1\", ", "line 1, column");
  check_refused("{\"version\": \"\xff\"}", "line 1, column");
  check_refused("{\"version\": \"\\ud800\"}", "line 1, column");
  check_refused("{\"version\": 1, \"version\": 1}", "/version");
  check_refused(std::string(1'000'000, '['), "", ErrorCode::limit);
  check_refused(R"({"entity": {}, "prefix": {}})", "/: expected");
}

BOOST_AUTO_TEST_CASE(a_document_longer_than_asked_for_is_not_read) {
  const std::string text = workflow("{'uid': '$1', 'type': ['a', 'B'], 'x': ['" + std::string(5000, 'x') + "']}");
  Store store = Store::in_memory();
  BOOST_CHECK_EXCEPTION(import_text(store, text, {.document_bytes_max = 5000}), Error,
                        has_code(ErrorCode::limit, "5000 bytes"));
  BOOST_TEST(store.count(Filter()) == 0u);
  check_round_trip(store, text, {.document_bytes_max = text.size()});
}

BOOST_AUTO_TEST_CASE(what_is_wrong_is_left_out_if_that_is_asked_for) {
  Store store = Store::in_memory();
  const std::string text = workflow(
      "{'uid': '$1', 'type': ['a', 'B'], 'of': '$2'}, {'uid': '$2', 'type': ['a', 'B']}, {'uid': '$3', 'type': 5},"
      "{'uid': '$4', 'type': ['a', 'B'], 'of': '$1', 'and': '$2'}, {'uid': '$2', 'type': ['a', 'B']}",
      "'1': {}, 'a.B': {}");
  const ImportReport report = import_text(store, text, {.partial = true});
  BOOST_TEST(report.count(Outcome::refused) == 4u);
  BOOST_TEST(has_item(report, Outcome::refused, "/referents/0/of", "comes only after it"));
  BOOST_TEST(has_item(report, Outcome::refused, "/referents/2/type"));
  BOOST_TEST(has_item(report, Outcome::refused, "/referents/4", "has the uid of"));
  BOOST_TEST(has_item(report, Outcome::refused, "/types/1"));
  BOOST_TEST(has_item(report, Outcome::unresolved, "/referents/3/of"));
  BOOST_TEST(
      has_link(store, node_of(store, 4), node_of(store, 2), LinkType::reference, "member"));  // "and" is a word of Python
  const std::string rest =
      workflow("{'uid': '$2', 'type': ['a', 'B']}, {'uid': '$4', 'type': ['a', 'B'], 'of': '$1', 'and': '$2'}", "'a.B': {}");
  check_comes_back(store, rest, report);
}

BOOST_AUTO_TEST_CASE(a_record_alone_is_refused_whole) {
  for (const bool partial : {false, true}) {
    for (const std::string& text : {record_with("type", "5"), json_of("{'uid': '$1', 'type': ['a', 'B'], 'of': '$1'}")}) {
      Store store = Store::in_memory();
      BOOST_CHECK_EXCEPTION(import_text(store, text, {.partial = partial}), Error, has_code(ErrorCode::bad_document));
      BOOST_TEST(store.count(Filter()) == 0u);
    }
  }
}

BOOST_AUTO_TEST_CASE(sizes_of_referents_may_be_names) {
  const auto shaped = [](const std::string& shape) {
    return workflow("{'uid': '$1', 'type': ['scalems', 'Integer'], 'shape': " + shape + ", 'data': [1, 2]}");
  };
  for (const char* shape : {"['constraints.OneOrMore']", "[{'DimensionSize': 'n'}]", "[2]"}) {
    Store store = Store::in_memory();
    BOOST_TEST(check_round_trip(store, shaped(shape)).items.empty(), shape);
  }
  check_refused(shaped("['1x']"), "/referents/0/shape: the size \"1x\", column 1");
  check_refused(shaped("[null]"), "/referents/0/shape: expected an integer or the name of a constraint");
}

BOOST_AUTO_TEST_CASE(a_member_of_many_values_comes_back) {
  std::string arguments;
  for (unsigned i = 0; i < 100'000; ++i) arguments += (i == 0 ? "'" : ", '") + std::to_string(i) + "'";
  Store store = Store::in_memory();
  check_round_trip(store, workflow("{'uid': '$1', 'type': ['scalems', 'SubprocessInput'], 'argv': [" + arguments + "]}"));
}

BOOST_AUTO_TEST_CASE(schemas_of_types_say_what_is_done) {
  Store store = Store::in_memory();
  check_round_trip(
      store,
      workflow(
          "{'uid': '$1', 'type': ['a', 'B'], 'x': [1]}, {'uid': '$2', 'type': ['a', 'C'], 'x': [1]}",
          "'a.B': {'schema': {'spec': 'scalems.v0', 'name': 'CommandType'}, 'implementation': ['a', 'b', 'B'], 'fields': {'x': "
          "{'schema': {'spec': 'scalems.v0', 'name': 'InputField'}, 'type': ['scalems', 'Integer'], 'shape': [1]}}},"
          "'a.C': {'schema': {'spec': 'scalems.v0', 'name': 'DataType'}, 'fields': {}}"));
  BOOST_TEST((node_of(store, 1).kind == NodeKind::calculation));
  BOOST_TEST((node_of(store, 2).kind == NodeKind::data));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace cairn::test
