// Every recorded document of Weave comes in, and comes out equal.
#include "interchange/weave/digest.h"
#include "interchange/weave_documents.h"

namespace cairn::test {
namespace {

using interchange::weave::value_digest;

/// The files of a case as rows of an export; those that the recording has not as literals are left out.
List file_rows(const Value& recorded) {
  List rows;
  if (const List* files = recorded.get_if<List>())
    for (const Value& file : *files)
      if (member(member(file, "exp_content"), "$hex").is<std::string>())
        rows.push_back(Map{{"digest", member(file, "digest")}, {"content", member(file, "exp_content")}});
  return rows;
}

List object_rows(const Value& recorded) {
  List rows;
  if (const List* objects = recorded.get_if<List>())
    for (const Value& object : *objects)
      rows.push_back(Map{{"project_id", "shawn/test-project"},
                         {"object_id", member(object, "object_id")},
                         {"digest", member(object, "digest")},
                         {"val", member(object, "exp_val")}});
  return rows;
}

std::vector<Value> upstream_exports() {
  std::vector<Value> exports;
  const Value fixture = parsed_json(weave_fixture("upstream_test_cases.json"));
  for (const Value& entry : *fixture.get_if<List>())
    exports.push_back(Map{{"objects", object_rows(member(entry, "exp_objects"))},
                          {"files", file_rows(member(entry, "exp_files"))},
                          {"values", List{member(entry, "exp_json")}}});
  return exports;
}

BOOST_AUTO_TEST_SUITE(weave_fixtures)

BOOST_AUTO_TEST_CASE(every_document_comes_back_equal) {
  for (const char* name :
       {"values.json", "refs.json", "digest_vectors.json", "upstream_test_cases.json", "builtin_object_class_schemas.json"}) {
    BOOST_TEST_CONTEXT(name) {
      Store store = Store::in_memory();
      const std::string text = weave_fixture(name);
      // The recordings tell also of text that only begins as a reference.
      const ImportOptions as_text{.references_as_text = true};
      check_weave_comes_back(store, text, import_weave(store, text, as_text), as_text);
    }
  }
}

BOOST_AUTO_TEST_CASE(every_recorded_value_is_decided_as_weave_decides_it) {
  const Value fixture = parsed_json(weave_fixture("values.json"));
  unsigned refused = 0;
  for (const Value& entry : *fixture.get_if<List>()) {
    BOOST_TEST_CONTEXT(text_member(entry, "name")) {
      Store store = Store::in_memory();
      const std::string text = weave_json(member(entry, "to_json"));
      if (text_member(entry, "from_json_error").find("Invalid URI") != std::string::npos) {
        BOOST_CHECK_EXCEPTION(import_weave(store, text), Error, has_code(ErrorCode::bad_document, "/: weave://foo"));
        ++refused;
        continue;
      }
      const ImportReport report = import_weave(store, text);
      check_weave_comes_back(store, text, report);
      const Node root = store.get_node(report.roots.at(0));
      const Value value = store.get_value(std::get<ObjectId>(root.content));
      const Map* plain = member(entry, "to_json").get_if<Map>();
      const bool has_class = plain != nullptr && plain->find("_type") != nullptr;
      BOOST_TEST(value.is<Object>() == has_class);
      BOOST_TEST(value.is<Identity>() == text_member(entry, "back_type").starts_with("weave.trace.refs."));
    }
  }
  BOOST_TEST(refused == 1u);
}

BOOST_AUTO_TEST_CASE(every_upstream_case_comes_back_equal) {
  for (const Value& document : upstream_exports()) {
    for_each_store([&](TestStore& store) {
      const std::string text = weave_json(document);
      check_weave_comes_back(*store, text, import_weave(*store, text));
    });
  }
}

BOOST_AUTO_TEST_CASE(recorded_digests_are_names_and_tags_whether_or_not_they_follow) {
  unsigned follow = 0, older = 0;
  for (const Value& document : upstream_exports()) {
    Store store = Store::in_memory();
    const ImportReport report = import_weave(store, weave_json(document));
    const List& objects = *member(document, "objects").get_if<List>();
    for (std::size_t i = 0; i < objects.size(); ++i) {
      const std::string digest = text_member(objects[i], "digest");
      const auto nodes = store.query({.filter = Filter::parse("tag = \"weave:" + digest + "\"")}).nodes;
      BOOST_TEST(std::ranges::any_of(nodes, [&](const Node& node) {
        return node.unique_ids.front().id.ends_with("/" + text_member(objects[i], "object_id") + ":" + digest);
      }));
      const std::string place = "/objects/" + std::to_string(i) + "/digest";
      const bool follows = value_digest(member(objects[i], "val")) == digest;
      BOOST_TEST(is_reported(report, Outcome::opaque, place, "kept as it is") == !follows);
      ++(follows ? follow : older);
    }
  }
  BOOST_TEST(follow == 31u);
  BOOST_TEST(older == 12u);
}

BOOST_AUTO_TEST_CASE(what_one_case_names_and_the_same_case_describes_is_linked) {
  const std::vector<Value> exports = upstream_exports();
  unsigned linked = 0;
  for (const Value& document : exports) {
    Store store = Store::in_memory();
    import_weave(store, weave_json(document));
    for (const Value& object : *member(document, "objects").get_if<List>()) {
      const Value& files = member(member(object, "val"), "files");
      if (!files.is<Map>()) continue;
      const std::string kind = text_member(member(member(object, "val"), "weave_type"), "type") == "Op" ? "op/" : "object/";
      const Node node = weave_node(store, "weave:///shawn/test-project/" + kind + text_member(object, "object_id") + ":" +
                                              text_member(object, "digest"));
      BOOST_TEST((node.type == (kind == "op/" ? "weave:Op" : "weave:Object")));
      for (const MapEntry& file : *files.get_if<Map>()) {
        const auto target = store.find_node(Identity{"weave-file", *file.value.get_if<std::string>()});
        if (!target) continue;  // not recorded as a literal
        BOOST_TEST(store.links(node.uuid).size() >= 1u);
        linked += std::ranges::any_of(store.links(node.uuid), [&](const Link& link) { return link.target == target->uuid; })
                      ? 1u
                      : 0u;
      }
    }
  }
  BOOST_TEST(linked == 23u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
