// Documents of Weave that are wrong: an error with its place and nothing in the store; on request all but what is wrong.
#include "interchange/weave_documents.h"

namespace cairn::test {
namespace {

BOOST_AUTO_TEST_SUITE(weave_faults)

BOOST_AUTO_TEST_CASE(faults_are_told_with_their_places_and_nothing_comes_in) {
  struct Case {
    std::string sections, place, problem;
  };
  for (const Case& wrong :
       {Case{R"("objects": [3])", "/objects/0", "expected an object of JSON"},
        {R"("objects": [{"object_id": "x", "digest": "d"}])", "/objects/0", "its value"},
        {R"("objects": [{"object_id": "", "val": 1}])", "/objects/0/object_id", "expected text"},
        {R"("objects": [{"object_id": "x", "val": 1, "digest": 3}])", "/objects/0/digest", "expected text, found"},
        {R"("objects": [{"object_id": "x", "val": 1, "val_dump": "1"}])", "/objects/0/val_dump", "twice"},
        {R"("objects": [{"object_id": "x", "val_dump": "{"}])", "/objects/0/val_dump", "line 1, column"},
        {R"("calls": [{"id": "c", "op_name": "f"}])", "/calls/0/trace_id", "expected text"},
        {R"("tables": [{"digest": "d"}])", "/tables/0/row_digests", "digests of the rows"},
        {R"("tables": [{"digest": "d", "row_digests": [1]}])", "/tables/0/row_digests", "digests of the rows"},
        {R"("tables": [{"digest": "d", "rows": 3}])", "/tables/0/rows", "a list of rows"},
        {R"("tables": [{"digest": "d", "rows": [{"val": 3}]}])", "/tables/0/rows/0/digest", "expected text"},
        {R"("files": [{"digest": "d", "content": {"$hex": "0"}}])", "/files/0/content", "$base64"},
        {R"("files": [{"digest": "d", "content": ["a", {"$hex": "00"}]}])", "/files/0/content", "a list of chunks"}}) {
    BOOST_TEST_CONTEXT(wrong.sections) {
      Store store = Store::in_memory();
      const std::string text = R"({"table_rows": [{"digest": "whole", "val": 1}], )" + wrong.sections + "}";
      BOOST_CHECK_EXCEPTION(import_weave(store, text), Error, [&](const Error& error) {
        BOOST_TEST_MESSAGE(error.what());
        return has_code(ErrorCode::bad_document, wrong.problem)(error) &&
               std::string(error.what()).starts_with(wrong.place + ": ");
      });
      BOOST_TEST(store.query({}).nodes.empty());
      const ImportReport report = import_weave(store, text, {.partial = true});
      BOOST_TEST(is_reported(report, Outcome::refused, wrong.place, wrong.problem));
      weave_node(store, "whole", "weave-row");
    }
  }
}

BOOST_AUTO_TEST_CASE(a_document_may_be_as_deep_as_json_may_and_no_deeper) {
  Store store = Store::in_memory();
  for (const std::size_t depth : {std::size_t{2'000}, std::size_t{1'000'000}}) {
    for (const auto& [open, close] : {std::pair("[", "]"), std::pair("{\"a\": ", "}")}) {
      std::string text;
      for (std::size_t i = 0; i < depth; ++i) text += open;
      text += '1';
      for (std::size_t i = 0; i < depth; ++i) text += close;
      BOOST_CHECK_EXCEPTION(import_weave(store, text), Error, has_code(ErrorCode::limit, "line 1, column"));
      const std::string dumped = weave_json(Map{{"object_id", "x"}, {"val_dump", text}});
      BOOST_CHECK_EXCEPTION(import_weave(store, dumped), Error, has_code(ErrorCode::limit, "/val_dump"));
    }
  }
  BOOST_TEST(store.query({}).nodes.empty());
}

BOOST_AUTO_TEST_CASE(a_document_that_is_too_long_is_refused) {
  Store store = Store::in_memory();
  const std::string text = weave_json(std::string(2'000, 'x'));
  BOOST_CHECK_EXCEPTION(import_weave(store, text, {.document_bytes_max = 2'001}), Error,
                        has_code(ErrorCode::limit, "2001 bytes"));
  BOOST_TEST(import_weave(store, text, {.document_bytes_max = 2'002}).nodes_new == 1u);
}

BOOST_AUTO_TEST_CASE(values_that_look_a_little_like_rows_are_values) {
  for (const char* text : {R"({"rows": [{"a": 1}]})", R"({"files": []})", R"({"calls": [1]})", R"({"objects": {"a": 1}})",
                           R"({"digest": "d"})", R"([{"id": "x"}])", R"({"_type": "Row", "digest": "d", "val": 1})",
                           R"({"project_id": "e/p"})", "[]", "{}", "null", "1.0"}) {
    BOOST_TEST_CONTEXT(text) {
      Store store = Store::in_memory();
      const ImportReport report = import_weave(store, text);
      BOOST_TEST(store.get_node(report.roots.at(0)).type == "weave:Value");
      check_weave_comes_back(store, text, report);
    }
  }
}

BOOST_AUTO_TEST_CASE(one_and_one_point_zero_are_two_values) {
  Store store = Store::in_memory();
  for (const char* text : {"1", "1.0", "-0.0", "0.0", "NaN", "-Infinity", "1180591620717411303424", "\"1\""}) {
    const ImportReport report = import_weave(store, text);
    BOOST_TEST(report.nodes_new == 1u, text);
    BOOST_TEST(import_weave(store, text).was_there, text);
    BOOST_TEST(weave_json(parsed_json(export_weave(store, report.roots))) == text);
  }
}

BOOST_AUTO_TEST_CASE(two_rows_of_one_name_are_one_node_and_both_come_back) {
  Store store = Store::in_memory();
  const std::string text = R"([{"object_id": "x", "digest": "d", "val": 1}, {"object_id": "x", "digest": "d", "val": 2},
                               {"id": "c", "op_name": "f", "trace_id": "t"}, {"id": "c", "op_name": "g", "trace_id": "t"}])";
  const ImportReport report = import_weave(store, text);
  BOOST_TEST(report.nodes_new == 3u);  // with the document
  BOOST_TEST(is_reported(report, Outcome::altered, "/1", "with other val"));
  BOOST_TEST(is_reported(report, Outcome::altered, "/3", "with other op_name"));
  check_weave_comes_back(store, text, report);
}

BOOST_AUTO_TEST_CASE(reports_are_in_the_order_of_the_document) {
  Store store = Store::in_memory();
  List list;
  for (int i = 0; i < 12; ++i) list.push_back("weave:///e/p/object/x:" + std::to_string(i));
  const ImportReport report = import_weave(store, weave_json(Map{{"a", list}, {"b", "weave:///e/p/object/y:1"}}));
  BOOST_REQUIRE_EQUAL(report.items.size(), 13u);
  for (std::size_t i = 0; i < 12; ++i) BOOST_TEST(report.items[i].place == "/a/" + std::to_string(i));
}

BOOST_AUTO_TEST_CASE(what_a_server_has_dropped_is_told) {
  Store store = Store::in_memory();
  const ImportReport report = import_weave(store, R"({"a": {"_weave": {"error": "<EXCEEDS_LIMITS>"}}})");
  BOOST_TEST(is_reported(report, Outcome::opaque, "/a", "<EXCEEDS_LIMITS>"));
}

BOOST_AUTO_TEST_CASE(odd_keys_and_names_come_back) {
  Store store = Store::in_memory();
  const std::string text =
      R"([{"object_id": "a/b:c%d \u0000", "digest": "", "val": {"": {"_type": "", "x": 1},
          "a.b": {"_type": "T", "": 2, "\u0000": 3}}},
                               {"id": ")" +
      std::string(3'000, 'x') + R"(", "op_name": "\u0000", "trace_id": "t", "inputs": [[["weave:///e/p/call/\u00e9"]]]}])";
  const ImportReport report = import_weave(store, text);
  check_weave_comes_back(store, text, report);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
