// What the code of SCALE-MS answers in edge cases, and what becomes of each here.
#include <map>
#include <optional>

#include "interchange/scalems/fingerprint.h"
#include "interchange/scalems_documents.h"
#include "interchange/sha256.h"

namespace cairn::test {

using namespace scalems;

namespace {

const Map& edge_cases() {
  static const Value cases = parsed(fixture("edge_cases.json"));
  return *cases.get_if<Map>();
}

const Map& edge(const char* name) { return *edge_cases().find(name)->get_if<Map>(); }
const Value& edge_result(const char* name) { return *edge(name).find("result"); }
// Whether the code takes it, if the answer says that.
std::optional<bool> is_ok(const Value& answer) {
  const Map* map = answer.get_if<Map>();
  const Value* ok = map == nullptr ? nullptr : map->find("ok");
  return ok == nullptr ? std::nullopt : std::optional(*ok == Value(true));
}

std::string line(const Value& value) { return interchange::json_line(value, interchange::Nonfinite::bare); }

/// A document that has the case in it, and what is wrong with it; empty if it comes in, and out equal.
struct Decision {
  std::string document;
  std::string problem = {};
  bool is_otherwise = false;  ///< than the code decides
};

const std::map<std::string, Decision, std::less<>>& decisions() {
  static const std::map<std::string, Decision, std::less<>> table{
      {"ResourceIdentifier wrong length", {record_with("identity", "'abc'"), "/identity: the uid \"abc\", column 4"}},
      {"bytes", {record_with("data", *edge_result("bytes").get_if<std::string>())}},
      {"compact_json of decoded", {*edge_result("compact_json of decoded").get_if<std::string>()}},
      {"decode unregistered type", {line(edge_result("decode unregistered type"))}},
      {"dict without type", {record_with("data", line(edge_result("dict without type")))}},
      {"doc example: referents that point to uids not defined before them", {fixture("doc_example_fixed.json")}},
      {"documentation example is JSON as published", {"{\n    \"version\"= \"scalems_workflow_1\"}", "line 2, column 14"}},
      {"extra fields dropped", {record_with("extra", "{'a': 1}")}},
      {"fingerprint with a reference string as input", {"{\"depends\":[],\"input\":\"ref\",\"operation\":[\"a\"]}"}},
      {"label None becomes the string 'None'", {record_with("label", "'None'")}},
      {"metadata file after open", {line(*edge_cases().find("metadata file after open"))}},
      {"nan", {record_with("data", *edge_result("nan").get_if<std::string>())}},
      {"no data", {record_with("data", ""), "a record has a \"data\""}},
      {"no identity in input", {record_with("identity", "")}},
      {"no shape", {record_with("shape", ""), "a record has a \"shape\""}},
      {"path", {record_with("data", *edge_result("path").get_if<std::string>())}},
      // The code refuses to register a type. In data it is data; as a type of a workflow document it is as specified.
      {"schema scalems.v0", {record_with("data", "{'schema': {'spec': 'scalems.v0', 'name': 'a'}}"), "", true}},
      {"schema unknown", {record_with("data", line(edge_result("schema unknown")))}},
      {"schema without name",
       {workflow("", "'a.B': {'schema': {'spec': 'scalems.v0'}}"), "/types/a.B/schema: a schema of scalems.v0 has a \"name\""}},
      {"shape 0", {record_with("shape", "[0]")}},
      {"shape []", {record_with("shape", "[]"), "/shape: expected one size or more"}},
      {"shape does not match data", {record_with("shape", "[7, 9]")}},
      {"shape negative", {record_with("shape", "[-3]")}},
      {"shape symbolic", {record_with("shape", "['constraints.OneOrMore']"), "/shape: expected an integer, found text"}},
      {"test record is JSON as published", {"{\n\"version\"= \"scalems_workflow_1\"}", "line 2, column 10"}},
      {"tuple", {record_with("data", *edge_result("tuple").get_if<std::string>())}},
      {"type as string", {record_with("type", "'test.Spam'")}},
      {"type wrong kind", {record_with("type", "5"), "/type: expected an array of names"}},
  };
  return table;
}

/// Of objects in the memory of the code, or of its store of files while it is open: there is no document of it.
constexpr std::string_view kOfNoDocument[] = {"TypeIdentifier uuid5",
                                              "add binary",
                                              "add empty file binary",
                                              "add empty file text",
                                              "add same content again",
                                              "binary CRLF",
                                              "binary of the LF text already stored as text",
                                              "datetime",
                                              "describe missing file",
                                              "directory",
                                              "file added, not flushed: metadata on disk knows it",
                                              "file changes while being added",
                                              "files after close",
                                              "getitem unknown",
                                              "leftover temp files in datastore",
                                              "mapping 'in' with a non-member",
                                              "metadata after adds",
                                              "moved work directory: stored path still exists",
                                              "name collides",
                                              "namespace uuid",
                                              "open nested",
                                              "open twice in one process",
                                              "register decoder twice",
                                              "reopen after clean close keeps files",
                                              "reopen after the owner was killed",
                                              "set",
                                              "sha256(hello)",
                                              "stale lock directory",
                                              "symlink",
                                              "text CRLF (same fingerprint)",
                                              "text LF",
                                              "text invalid utf8"};

}  // namespace

BOOST_AUTO_TEST_SUITE(scalems_edge_cases)

BOOST_AUTO_TEST_CASE(each_case_is_decided) {
  for (const MapEntry& entry : edge_cases()) {
    const auto& name = *entry.key.get_if<std::string>();
    const bool is_of_no_document = std::ranges::find(kOfNoDocument, name) != std::end(kOfNoDocument);
    BOOST_TEST(decisions().contains(name) != is_of_no_document, name);
  }
  for (const auto& [name, decision] : decisions()) BOOST_TEST((edge_cases().find(std::string_view(name)) != nullptr), name);
}

BOOST_AUTO_TEST_CASE(what_the_code_answers_is_what_becomes_of_the_document) {
  for (const auto& [name, decision] : decisions()) {
    BOOST_TEST_CONTEXT(name) {
      if (!decision.problem.empty()) {
        check_refused(decision.document, decision.problem);
      } else {
        Store store = Store::in_memory();
        check_round_trip(store, decision.document);
      }
      if (const auto answer = is_ok(*edge_cases().find(std::string_view(name))))
        BOOST_TEST((*answer == decision.problem.empty()) != decision.is_otherwise);
    }
  }
}

BOOST_AUTO_TEST_CASE(the_label_none_is_no_label_and_a_shape_that_is_not_that_of_the_data_is_told) {
  Store store = Store::in_memory();
  const ImportReport report = check_round_trip(store, *edge_result("compact_json of decoded").get_if<std::string>());
  BOOST_TEST(has_item(report, Outcome::altered, "/label", "no label"));
  BOOST_TEST(has_item(report, Outcome::opaque, "/shape", "[1] by its description, [2] by the data"));
  BOOST_TEST(node_of(store, std::string(32, '0')).label.empty());
}

BOOST_AUTO_TEST_CASE(digests_are_those_of_the_code) {
  const Map reference{{"depends", List()}, {"input", "ref"}, {"operation", List{"a"}}};
  BOOST_TEST(
      (Value(interchange::scalems::compact_json(reference)) == edge_result("fingerprint with a reference string as input")));
  BOOST_TEST((Value(interchange::sha256_hex("hello")) == *edge_cases().find("sha256(hello)")));
  BOOST_TEST((Value(interchange::sha256_hex("hello")) == edge_result("add binary")));
  BOOST_TEST((Value(interchange::sha256_hex("")) == edge_result("add empty file text")));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace cairn::test
