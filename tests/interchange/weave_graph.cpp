// What documents of Weave become in the graph: versions, tables, files, and calls with what they used and made.
#include "interchange/timestamps.h"
#include "interchange/weave/digest.h"
#include "interchange/weave_documents.h"

namespace cairn::test {
namespace {

using interchange::weave::bytes_digest;
using interchange::weave::table_digest;
using interchange::weave::value_digest;

const std::string kHere = "weave:///e/p/";

Map object_row(const std::string& name, const Value& value, const std::string& kind = "object") {
  return Map{{"project_id", "e/p"}, {"object_id", name}, {"kind", kind}, {"val", value}, {"digest", value_digest(value)}};
}

std::string object_uri(const std::string& name, const Value& value, const std::string& kind = "object") {
  return kHere + kind + "/" + name + ":" + value_digest(value);
}

Map call_row(const std::string& id, const std::string& op, const Value& inputs, const Value& output,
             const std::string& parent = {}) {
  return Map{{"project_id", "e/p"},
             {"id", id},
             {"trace_id", "t"},
             {"parent_id", parent.empty() ? Value() : Value(parent)},
             {"op_name", op},
             {"inputs", inputs},
             {"output", output},
             {"started_at", "2025-01-01T00:00:01Z"},
             {"ended_at", "2025-01-01T00:00:02Z"}};
}

/// An evaluation, which called a prediction with a model and a row of a table; the prediction made a result.
struct Evaluation {
  std::string code = "def predict(): ...";
  Value op =
      Map{{"_type", "CustomWeaveType"}, {"weave_type", Map{{"type", "Op"}}}, {"files", Map{{"obj.py", bytes_digest(code)}}}};
  Value row = Map{{"i", 0}};
  std::string table = table_digest(std::vector{value_digest(row)});
  Value model =
      Map{{"_type", "M"}, {"_class_name", "M"}, {"_bases", List{"Object"}}, {"rows", kHere + "table/" + table}, {"k", 3}};
  Value result = Map{{"score", 0.5}};
  std::string op_uri = object_uri("predict", op, "op"), model_uri = object_uri("M", model),
              result_uri = object_uri("R", result);

  Map document() const {
    Map numbered = object_row("M", model);
    numbered.put("version_index", 0);
    numbered.put("is_latest", 1);
    return Map{{"objects", List{object_row("predict", op, "op"), numbered, object_row("R", result)}},
               {"calls",
                List{call_row("c1", kHere + "op/evaluate:9", Map{{"model", kHere + "object/M:latest"}}, result_uri),
                     call_row("c2", op_uri,
                              Map{{"model", kHere + "object/M:v0"}, {"row", model_uri + "/attr/rows/id/" + value_digest(row)}},
                              Map{{"best", result_uri}}, "c1")}},
               {"tables", List{Map{{"project_id", "e/p"}, {"digest", table}, {"row_digests", List{value_digest(row)}}}}},
               {"table_rows", List{Map{{"digest", value_digest(row)}, {"val", row}}}},
               {"files", List{Map{{"digest", bytes_digest(code)}, {"content", code}}}}};
  }
};

BOOST_AUTO_TEST_SUITE(weave_graph)

BOOST_AUTO_TEST_CASE(calls_become_processes_with_what_they_used_and_made) {
  const Evaluation given;
  for_each_store([&](TestStore& store) {
    const std::string text = weave_json(given.document());
    const ImportReport report = import_weave(*store, text);
    const Node flow = weave_node(*store, kHere + "call/c1"), step = weave_node(*store, kHere + "call/c2");
    const Node model = weave_node(*store, given.model_uri), result = weave_node(*store, given.result_uri);
    BOOST_TEST((flow.kind == NodeKind::workflow && step.kind == NodeKind::calculation));
    BOOST_TEST((step.state == NodeState::finished && step.label == "predict"));
    BOOST_TEST((step.created == interchange::parse_time("2025-01-01T00:00:01Z")));
    BOOST_TEST(is_linked(*store, flow, step, LinkType::call, "call"));
    BOOST_TEST(is_linked(*store, model, step, LinkType::input, "model"));
    BOOST_TEST(is_linked(*store, model, flow, LinkType::input, "model"));
    BOOST_TEST(is_linked(*store, weave_node(*store, given.op_uri), step, LinkType::input, "op"));
    BOOST_TEST(is_linked(*store, weave_node(*store, value_digest(given.row), "weave-row"), step, LinkType::input, "row__row"));
    BOOST_TEST(is_linked(*store, step, result, LinkType::create, "best"));
    BOOST_TEST(is_linked(*store, flow, result, LinkType::return_, "output"));
    BOOST_TEST((store->ancestors(result.uuid).size() >= 4u));
    BOOST_TEST(is_reported(report, Outcome::unresolved, "/calls/0/op_name", "evaluate"));
    BOOST_TEST(report.count(Outcome::altered) == 0u);
    check_weave_comes_back(*store, text, report);
  });
}

BOOST_AUTO_TEST_CASE(versions_have_their_value_their_digest_and_their_number) {
  const Evaluation given;
  Store store = Store::in_memory();
  import_weave(store, weave_json(given.document()));
  const Node model = weave_node(store, given.model_uri);
  BOOST_TEST(model.uuid.text() == weave_node(store, kHere + "object/M:v0").uuid.text());
  BOOST_TEST((model.type == "weave:Object" && model.label == "M"));
  BOOST_TEST((model.tags == std::vector<std::string>{"weave:" + value_digest(given.model)}));
  const Value value = store.get_value(std::get<ObjectId>(model.content));
  BOOST_REQUIRE(value.is<Object>());
  BOOST_TEST(value.get_if<Object>()->class_name == "M");
  BOOST_TEST((*value.get_if<Object>()->find("rows") == Value(Identity{"weave", kHere + "table/" + given.table})));
  BOOST_TEST(store.count(Filter::parse("attributes.val.k = 3")) == 1u);
}

BOOST_AUTO_TEST_CASE(tables_refer_to_their_rows_and_custom_objects_to_their_files) {
  const Evaluation given;
  Store store = Store::in_memory();
  import_weave(store, weave_json(given.document()));
  const Node table = weave_node(store, kHere + "table/" + given.table);
  BOOST_TEST(is_linked(store, table, weave_node(store, value_digest(given.row), "weave-row"), LinkType::reference, "row"));
  BOOST_TEST(is_linked(store, weave_node(store, given.model_uri), table, LinkType::reference, "rows"));
  const Node file = weave_node(store, bytes_digest(given.code), "weave-file");
  const Value bytes = store.get_value(std::get<ObjectId>(file.content));
  BOOST_TEST(bytes.get_if<Bytes>()->size() == given.code.size());
  BOOST_TEST(store.links(file.uuid).size() == 2u);  // of the op, and of the document
}

BOOST_AUTO_TEST_CASE(an_op_that_loads_a_value_is_a_reference_and_nothing_more) {
  Store store = Store::in_memory();
  const std::string text = R"({"_type": "CustomWeaveType", "weave_type": {"type": "os.system"}, "val": "rm -r /",
                               "load_op": "weave:///e/p/op/load_os.system:1"})";
  const ImportReport report = import_weave(store, text);
  const Node root = store.get_node(report.roots.at(0));
  BOOST_TEST((root.kind == NodeKind::data));
  BOOST_TEST(
      is_linked(store, root, weave_node(store, kHere + "op/load_os.system:1", "weave-ref"), LinkType::reference, "load_op"));
  check_weave_comes_back(store, text, report);
}

BOOST_AUTO_TEST_CASE(one_thing_of_two_documents_is_one_node) {
  const Evaluation given;
  Store store = Store::in_memory();
  const std::string text = weave_json(given.document());
  import_weave(store, text);
  const std::size_t nodes = store.query({}).nodes.size();
  const std::string other =
      weave_json(List{object_row("M", given.model), call_row("c3", given.op_uri, Map{{"m", given.model_uri}}, Value())});
  const ImportReport report = import_weave(store, other);
  BOOST_TEST(store.query({}).nodes.size() == nodes + 2);  // the call and the document
  BOOST_TEST(is_linked(store, weave_node(store, given.model_uri), weave_node(store, kHere + "call/c3"), LinkType::input, "m"));
  BOOST_TEST(is_reported(report, Outcome::altered, "/0", "is_latest"));
  check_weave_comes_back(store, other, report);
  BOOST_TEST(import_weave(store, text).was_there);
}

BOOST_AUTO_TEST_CASE(what_was_only_named_is_the_same_as_what_is_described_later) {
  Store store = Store::in_memory();
  const Evaluation given;
  import_weave(store, weave_json(given.result_uri));
  import_weave(store, weave_json(object_row("R", given.result)));
  BOOST_TEST(is_linked(store, weave_node(store, given.result_uri), weave_node(store, given.result_uri, "weave-ref"),
                       LinkType::mutual, "same"));
  check_clean(store);
}

BOOST_AUTO_TEST_CASE(rows_of_a_database_are_read_as_the_answers_of_a_server) {
  const Evaluation given;
  Store store = Store::in_memory();
  // One spelled as Python does, one not: both come back to the letter.
  const std::string text =
      R"([{"project_id": "e/p", "object_id": "R", "kind": "object", "val_dump": "{\"score\": 0.5}", "digest": ")" +
      value_digest(given.result) +
      R"("}, {"project_id": "e/p", "id": "c", "trace_id": "t", "op_name": "f", "inputs": "{\"b\":1,\"a\":\")" +
      given.result_uri +
      R"(\"}", "input_refs": "[]", "output": "null", "output_refs": "[]", "summary": "{}", "attributes": "{}"}])";
  const ImportReport report = import_weave(store, text);
  const Node call = weave_node(store, kHere + "call/c");
  BOOST_TEST((member(member(call.attributes, "inputs"), "b") == Value(1)));
  BOOST_TEST((call.state == NodeState::running));
  BOOST_TEST(is_linked(store, weave_node(store, given.result_uri), call, LinkType::input, "a"));
  check_weave_comes_back(store, text, report);
}

BOOST_AUTO_TEST_CASE(a_call_that_raised_has_failed) {
  Store store = Store::in_memory();
  Map row = call_row("c", "f", Map{}, Value());
  row.put("exception", "ValueError: no");
  import_weave(store, weave_json(row));
  const Node call = weave_node(store, kHere + "call/c");
  BOOST_TEST((call.state == NodeState::failed && call.exit_status == 1 && call.exit_message == "ValueError: no"));
}

BOOST_AUTO_TEST_CASE(what_the_rules_of_the_graph_do_not_allow_is_a_reference_and_told) {
  Store store = Store::in_memory();
  const Evaluation given;
  const std::string& made = given.result_uri;
  const std::string text = weave_json(List{object_row("R", given.result), call_row("a", "f", Map{{"x", made}}, made),
                                           call_row("b", "f", Map{}, made), call_row("c", "f", Map{}, Value(), "d"),
                                           call_row("d", "f", Map{}, Value(), "c"), call_row("e", "f", Map{}, Value(), "e"),
                                           call_row("g", "f", Map{}, Value(), "nowhere")});
  const ImportReport report = import_weave(store, text);
  BOOST_TEST(is_reported(report, Outcome::altered, "/1/output", "cycle"));
  BOOST_TEST(is_reported(report, Outcome::altered, "/2/output", "another call made it"));
  BOOST_TEST(is_reported(report, Outcome::altered, "/3/parent_id", "cycle"));
  BOOST_TEST(is_reported(report, Outcome::altered, "/5/parent_id", "its own parent"));
  BOOST_TEST(is_reported(report, Outcome::unresolved, "/6/parent_id", "nowhere"));
  check_weave_comes_back(store, text, report);
}

BOOST_AUTO_TEST_CASE(nodes_are_exported_with_what_they_need) {
  const Evaluation given;
  Store store = Store::in_memory();
  import_weave(store, weave_json(given.document()));
  const Value whole = parsed_json(export_weave(store, {weave_node(store, given.result_uri).uuid}));
  BOOST_TEST(member(whole, "objects").get_if<List>()->size() == 3u);
  BOOST_TEST(member(whole, "calls").get_if<List>()->size() == 2u);
  BOOST_TEST(member(whole, "tables").get_if<List>()->size() == 1u);
  BOOST_TEST(member(whole, "table_rows").get_if<List>()->size() == 1u);
  BOOST_TEST(member(whole, "files").get_if<List>()->size() == 1u);
  Store other = Store::in_memory();
  const ImportReport report = import_weave(other, weave_json(whole));
  check_weave_comes_back(other, weave_json(whole), report);
  const Value alone = parsed_json(export_weave(store, {weave_node(store, given.result_uri).uuid}, {.ancestors = false}));
  BOOST_TEST(member(alone, "objects").get_if<List>()->size() == 1u);
  BOOST_TEST(member(alone, "calls").is<std::monostate>());
}

BOOST_AUTO_TEST_CASE(nodes_of_another_origin_are_refused) {
  Store store = Store::in_memory();
  Transaction transaction = store.transaction();
  const Uuid own = transaction.add({.type = "model"});
  transaction.commit();
  std::ostringstream out;
  const std::vector<Uuid> nodes{own};
  BOOST_CHECK_EXCEPTION(export_document(store, "weave", nodes, out), Error, has_code(ErrorCode::unstorable, own.text()));
}

BOOST_AUTO_TEST_CASE(files_come_back_as_they_were_written) {
  Store store = Store::in_memory();
  List files;
  for (const char* content : {R"("text")", R"({"$hex": "00ff"})", R"({"$base64": "AP8="})",
                              R"([{"$hex": "00"}, {"$hex": "ff01"}])", R"(["a", "b"])", "[]"})
    files.push_back(Map{{"digest", "d" + std::to_string(files.size())}, {"content", parsed_json(content)}});
  const std::string text = weave_json(Map{{"files", files}});
  const ImportReport report = import_weave(store, text);
  BOOST_TEST(is_reported(report, Outcome::opaque, "/files/0/digest", "is not what follows"));
  check_weave_comes_back(store, text, report);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
