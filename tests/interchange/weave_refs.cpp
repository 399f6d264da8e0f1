// References of Weave: what is one, what it leads to, and what becomes of text that only begins as one.
#include "interchange/weave/ref.h"

#include "interchange/weave_documents.h"

namespace cairn::test {
namespace {

using interchange::weave::parse_ref;
using interchange::weave::Ref;
using interchange::weave::RefKind;

// As the fixture prints what Weave's client reads.
std::string printed(const Ref& ref) {
  List edges;
  for (const std::string& edge : ref.edges) edges.emplace_back(edge);
  const auto text = [](const Value& value) { return weave_json(value); };
  const std::string where = "{\"entity\": " + text(ref.entity) + ", \"project\": " + text(ref.project);
  if (ref.kind == RefKind::table)
    return "TableRef " + where + ", \"_digest\": " + text(ref.version) + ", \"_row_digests\": null}";
  if (ref.kind == RefKind::call)
    return "CallRef " + where + ", \"id\": " + text(ref.version) + ", \"_extra\": " + text(edges) + "}";
  return (ref.kind == RefKind::op ? "OpRef " : "ObjectRef ") + where + ", \"name\": " + text(ref.name) +
         ", \"_digest\": " + text(ref.version) + ", \"_extra\": " + text(edges) + "}";
}

Ref ref_of(std::string_view text) {
  std::string problem;
  const auto ref = parse_ref(text, problem);
  BOOST_REQUIRE_MESSAGE(ref.has_value(), text << ": " << problem);
  return *ref;
}

BOOST_AUTO_TEST_SUITE(weave_refs)

BOOST_AUTO_TEST_CASE(what_weave_reads_is_read_alike_and_what_it_refuses_is_refused) {
  const Value fixture = parsed_json(weave_fixture("refs.json"));
  unsigned refused = 0, read = 0;
  for (const Value& entry : *fixture.get_if<List>()) {
    const std::string uri = text_member(entry, "uri");
    BOOST_TEST_CONTEXT(uri) {
      std::string problem;
      const auto ref = parse_ref(uri, problem);
      BOOST_TEST(ref.has_value() == !member(entry, "parsed").is<std::monostate>());
      if (!ref) {
        BOOST_TEST(!problem.empty());
        ++refused;
        continue;
      }
      ++read;
      BOOST_TEST(printed(*ref) == text_member(entry, "parsed"));
      BOOST_TEST(ref->text() == text_member(entry, "uri_out"));
    }
  }
  BOOST_TEST(refused == 4u);
  BOOST_TEST(read == 13u);
}

BOOST_AUTO_TEST_CASE(what_only_the_client_reads_has_a_doubt) {
  for (const char* text : {"weave:///e/p/object/na me:abc", "weave:///e/p/object/x:abc/attr", "weave:///e/p/object/x:abc/foo/1",
                           "weave:///e/p/object/x:abc/index/notint", "weave:///e/p/table/", "weave:///e/p/table/d/attr/x"})
    BOOST_TEST(!ref_of(text).doubt.empty(), text);
  for (const char* text : {"weave:///e/p/object/name", "weave:///e/p/object/name:v0/attr/x/index/-3/key/a%2Fb/id/zz",
                           "weave:///e/p/op/f:abc", "weave:///e/p/call/uuid-1/attr/output", "weave:///e/p/table/dig"})
    BOOST_TEST(ref_of(text).doubt.empty(), text);
}

BOOST_AUTO_TEST_CASE(parts_of_a_reference_have_names) {
  const Ref ref = ref_of("weave:///e/p/object/data:v12/attr/rows/id/abc");
  BOOST_TEST(ref.base() == "weave:///e/p/object/data:v12");
  BOOST_TEST(ref.versions() == "weave:///e/p/object/data");
  BOOST_TEST((ref.version_number() == std::optional<std::uint64_t>(12)));
  BOOST_TEST((ref.row() == std::optional<std::string>("abc")));
  BOOST_TEST((ref_of("weave:///e/p/object/data:vx").version_number() == std::nullopt));
  BOOST_TEST(ref_of("weave:///e/p/object/data:").version == "latest");
  BOOST_TEST(ref_of("weave:///e/p/object/x:1/key/100%25/key/%zz/key/%ff").text() ==
             "weave:///e/p/object/x:1/key/100%25/key/%25zz/key/%25ff");
}

BOOST_AUTO_TEST_CASE(text_that_begins_as_a_reference_and_is_none_is_an_error_with_its_place) {
  Store store = Store::in_memory();
  for (const char* uri : {"weave://foo", "weave:///e/p", "weave:///e/p/thing/x", "weave:///e/p/object/a:b:c",
                          "weave:///e/p/object", "weave:///e/p/object/:abc", "weave:///e/p/table/a:b"}) {
    const std::string text = weave_json(Map{{"a/b", List{1, uri}}});
    BOOST_CHECK_EXCEPTION(import_weave(store, text), Error, has_code(ErrorCode::bad_document, "/a~1b/1"));
  }
  BOOST_CHECK_EXCEPTION(import_weave(store, "\"weave://\""), Error, has_code(ErrorCode::bad_document, "/: weave://"));
  BOOST_TEST(store.query({}).nodes.empty());
}

BOOST_AUTO_TEST_CASE(text_that_begins_as_a_reference_stays_text_on_request) {
  for_each_store([](TestStore& store) {
    const ImportOptions as_text{.references_as_text = true};
    const std::string text = R"({"bad": "weave://foo", "good": "weave:///e/p/object/x:abc"})";
    const ImportReport report = import_weave(*store, text, as_text);
    BOOST_TEST(report.items.empty());
    BOOST_TEST(report.nodes_new == 1u);
    BOOST_TEST((member(store->get_node(report.roots.at(0)).attributes, "val") == parsed_json(text)));
    check_weave_comes_back(*store, text, report, as_text);
  });
}

BOOST_AUTO_TEST_CASE(a_partial_import_keeps_such_text_and_says_so) {
  Store store = Store::in_memory();
  const std::string text = R"(["weave://foo", "weave:///e/p/object/x:abc"])";
  const ImportReport report = import_weave(store, text, {.partial = true});
  BOOST_TEST(is_reported(report, Outcome::altered, "/0", "it stays text"));
  BOOST_TEST((parsed_json(export_weave(store, report.roots)) == parsed_json(text)));
}

BOOST_AUTO_TEST_CASE(references_in_values_are_identities_and_lead_to_nodes) {
  Store store = Store::in_memory();
  const std::string text =
      R"({"model": "weave:///e/p/object/m:abc", "call": "weave:///e/p/call/c/attr/output",
          "odd": "weave:///e/p/object/x:1/attr"})";
  const ImportReport report = import_weave(store, text);
  const Node root = store.get_node(report.roots.at(0));
  BOOST_TEST((member(root.attributes, "val") == Value()) == false);
  BOOST_TEST((member(member(root.attributes, "val"), "model") == Value(Identity{"weave", "weave:///e/p/object/m:abc"})));
  BOOST_TEST(is_linked(store, root, weave_node(store, "weave:///e/p/object/m:abc", "weave-ref"), LinkType::reference, "model"));
  BOOST_TEST(is_linked(store, root, weave_node(store, "weave:///e/p/call/c", "weave-ref"), LinkType::reference, "call"));
  BOOST_TEST(is_reported(report, Outcome::unresolved, "/model", "weave:///e/p/object/m:abc is named"));
  BOOST_TEST(is_reported(report, Outcome::opaque, "/odd", "the edge attr has no value"));
  check_weave_comes_back(store, text, report);
}

BOOST_AUTO_TEST_CASE(references_may_be_resolved_by_the_caller) {
  Store store = Store::in_memory();
  Transaction transaction = store.transaction();
  const Uuid model = transaction.add({.type = "model"});
  transaction.commit();
  ImportOptions options;
  options.resolve = [&](std::string_view reference) {
    return reference == "weave:///e/p/object/m:abc" ? std::optional(model) : std::nullopt;
  };
  const ImportReport report = import_weave(store, R"({"model": "weave:///e/p/object/m:abc"})", options);
  BOOST_TEST(report.items.empty());
  BOOST_TEST(is_linked(store, store.get_node(report.roots.at(0)), store.get_node(model), LinkType::reference, "model"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
