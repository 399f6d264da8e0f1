// GEMD: documents of its own code come in and out equal, and what is at the edge of the format is decided as
// the table says.
#include <cairn/cairn.h>

#include <boost/test/unit_test.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <string>

#include "store/stores.h"
#include "support/errors.h"
#include "support/gemd.h"

namespace cairn::test {
namespace {

using Gemd = GemdDocuments;

struct Verdict {
  std::optional<ErrorCode> error = {};  ///< it is refused, with a message that begins so
  std::string place = {};
  std::optional<Outcome> outcome = {};  ///< it comes in, with this item at the place; else without any
  bool nonfinite = false;
};

struct Edge {
  std::string name;  ///< of the case in edge_cases.json
  std::string document;
  Verdict verdict = {};
};

Verdict refused(std::string place) {
  return {.error = ErrorCode::bad_document, .place = std::move(place)};
}
Verdict reported(Outcome outcome, std::string place) {
  return {.place = std::move(place), .outcome = outcome};
}

std::string value(const std::string& type, const std::string& fields) {
  return fmt::format(R"({{"context": [], "object": {{"type": "{}", {}}}}})", type, fields);
}

std::string context(const std::string& objects) {
  return fmt::format(R"({{"context": [{}], "object": null}})", objects);
}

std::string run(const std::string& type, const std::string& id, const std::string& more) {
  return fmt::format(R"({{"type": "{}_run", "name": "a", "uids": {{"id": "{}"}}{}{}}})", type, id,
                     more.empty() ? "" : ", ", more);
}

std::string link(const std::string& field, const std::string& id, const std::string& scope = "id") {
  return fmt::format(R"("{}": {{"type": "link_by_uid", "scope": "{}", "id": "{}"}})", field, scope, id);
}

std::string nested(std::size_t depth) {
  return context(run("process", "P", R"("notes": )" + std::string(depth, '[') + std::string(depth, ']')));
}

std::string chain(std::size_t steps) {
  std::string objects;
  for (std::size_t i = 0; i < steps; ++i) {
    const std::string n = std::to_string(i);
    objects += (i > 0 ? "," : "") + run("process", "p" + n, "") + "," +
               run("material", "m" + n, link("process", "p" + n)) + "," +
               run("ingredient", "i" + n,
                   link("material", "m" + n) + ", " + link("process", "p" + std::to_string(i + 1)));
  }
  return context(objects + "," + run("process", "p" + std::to_string(steps), ""));
}

std::vector<Edge> edges() {
  const std::string process = run("process", "P", "");
  const std::string material = run("material", "M", link("process", "P"));
  return {
      {"NaN nominal dumps",
       value("nominal_real", R"("nominal": NaN, "units": "meter")"),
       {.nonfinite = true}},
      {"NaN loads",
       value("nominal_real", R"("nominal": NaN, "units": "meter")"),
       {.error = ErrorCode::bad_document, .place = "line 1, column "}},
      {"Infinity dumps",
       value("nominal_real", R"("nominal": -Infinity, "units": "meter")"),
       {.nonfinite = true}},
      {"int 2**70 in nominal_integer", value("nominal_integer", R"("nominal": 1180591620717411303424)")},
      {"NominalInteger(5.5)", value("nominal_integer", R"("nominal": 5.5)"), refused("/object/nominal")},
      {"NominalReal int stays int?", value("nominal_real", R"("nominal": 7, "units": "dimensionless")")},
      {"dict notes with 'type' key unknown", context(run("process", "P", R"("notes": {"type": "unknown"})")),
       refused("/context/0/notes")},
      {"plain dict w/o type top level", R"({"context": [], "object": {"a": [1, 2, {"b": null}]}})"},
      {"no context", R"({"object": {"type": "nominal_integer", "nominal": 5}})"},
      {"no object key", R"({"context": []})", refused("/")},
      {"unknown type", value("frobnicator", R"("x": 1)"), refused("/object")},
      {"dict without type stays dict", R"({"context": [], "object": {"a": 1}})"},
      {"missing required (name)", context(R"({"type": "process_spec", "uids": {"id": "1"}})"),
       refused("/context/0/name")},
      {"extra field ignored (log warning)", value("nominal_integer", R"("nominal": 5, "extra": [1])"),
       reported(Outcome::opaque, "/object/extra")},
      {"unresolved link stays LinkByUID", context(material),
       reported(Outcome::unresolved, "/context/0/process")},
      {"forward link (target later in context)", context(material + "," + process)},
      {"duplicate uid on load: which wins",
       context(process + "," + run("process", "P", R"("notes": "second")")), refused("/context/1")},
      {"scope case-insensitive", context(process + "," + run("material", "M", link("process", "P", "ID")))},
      {"id is case-sensitive", context(process + "," + run("material", "M", link("process", "p"))),
       reported(Outcome::unresolved, "/context/1/process")},
      {"same two scopes in JSON",
       context(R"({"type": "process_run", "name": "a", "uids": {"ID": "1", "id": "2"}})"),
       refused("/context/0/uids/id")},
      {"wrong type in link slot",
       context(R"({"type": "process_spec", "name": "ps", "uids": {"id": "P"}},)" + material),
       refused("/context/1/process")},
      {"soft link in JSON (ingredients on process_run) ",
       context(run("process", "P", R"("ingredients": [])")),
       reported(Outcome::opaque, "/context/0/ingredients")},
      {"two materials claim one process (output_material)",
       context(process + "," + material + "," + run("material", "N", link("process", "P")))},
      {"material is an ingredient of the process that makes it (cycle)",
       context(process + "," + material + "," +
               run("ingredient", "I", link("process", "P") + "," + link("material", "M"))),
       reported(Outcome::altered, "/context/2")},
      {"nesting 300", nested(300),
       reported(
           Outcome::opaque, "/context/0/notes" +
                                [] {
                                  std::string place;
                                  for (int i = 0; i < 63; ++i) place += "/0";
                                  return place;
                                }())},
      {"linear chain of 50 steps", chain(50)},
      {"linear chain of 2000 steps", chain(2000)},
      {"lone surrogate",
       context(run("process", "P", R"("notes": "\ud800")")),
       {.error = ErrorCode::bad_document, .place = "line 1, column "}},
      {"unicode escaped by default", context(run("process", "P", R"("notes": "caf\u00e9")"))},
      {"ensure_ascii=False", context(run("process", "P", R"("notes": "café")"))},
      {"duplicate JSON keys (last wins)",
       value("nominal_integer", R"("nominal": 5, "nominal": 6)"),
       {.error = ErrorCode::bad_document, .place = "line 1, column "}},
      {"uid non-string", R"({"context": [{"type": "process_run", "name": "p", "uids": {"id": 5}}],
                             "object": {"id": 5, "scope": "id", "type": "link_by_uid"}})"},
      {"empty list", R"({"context": [], "object": []})"},
      {"None", R"({"context": [], "object": null})"},
      {"invalid enum sample_type", context(run("material", "M", R"("sample_type": "bogus")")),
       reported(Outcome::opaque, "/context/0/sample_type")},
      {"bounds violation default level",
       context(R"({"type": "property_template", "name": "d", "uids": {"id": "T"},
                   "bounds": {"type": "real_bounds", "lower_bound": 0, "upper_bound": 1, "default_units": "meter"}},)" +
               run("measurement", "X",
                   R"("properties": [{"type": "property", "name": "d", )" + link("template", "T") +
                       R"(, "value": {"type": "nominal_real", "nominal": 9, "units": "meter"}}])")),
       reported(Outcome::opaque, "/context/1/properties/0/value")},
      {"validation of inchi", value("inchi", R"("inchi": "InChI=1S/nope")")},
  };
}

}  // namespace

BOOST_AUTO_TEST_SUITE(gemd_documents)

BOOST_AUTO_TEST_CASE(documents_of_its_own_code_come_back) {
  for (const char* name :
       {"all_types.json", "cake.json", "cake_templates.json", "cake_thin.json", "doc_example.json"}) {
    BOOST_TEST_CONTEXT(name) {
      for_each_store([&](TestStore& store) {
        const std::string text = Gemd::fixture(name);
        const ImportReport report = Gemd::take(*store, text);
        BOOST_TEST(report.items.size() == (std::string(name) == "cake_thin.json" ? 2u : 0u), report.text());
        BOOST_TEST(report.count(Outcome::unresolved) == report.items.size());
        Gemd::check_comes_back(*store, text, report);
        check_clean(*store);
      });
    }
  }
}

BOOST_AUTO_TEST_CASE(cases_at_the_edge_are_decided_as_the_table_says) {
  std::set<std::string> names;
  const Value table = Gemd::parse(Gemd::fixture("edge_cases.json"));
  for (const Value& listed : *table.get_if<List>())
    names.insert(*listed.get_if<Map>()->find("case")->get_if<std::string>());
  for (const Edge& edge : edges()) {
    BOOST_TEST_CONTEXT(edge.name) {
      BOOST_TEST(names.contains(edge.name));
      Store store = Store::in_memory();
      const ImportOptions options{.allow_nonfinite = edge.verdict.nonfinite};
      if (edge.verdict.error) {
        BOOST_CHECK_EXCEPTION(Gemd::take(store, edge.document, options), Error, [&](const Error& error) {
          BOOST_TEST_MESSAGE(error.what());
          return error.code() == *edge.verdict.error &&
                 std::string(error.what()).starts_with(edge.verdict.place);
        });
        BOOST_TEST(store.query({}).nodes.empty());
        continue;
      }
      const ImportReport report = Gemd::take(store, edge.document, options);
      BOOST_TEST(report.items.size() == (edge.verdict.outcome ? 1u : 0u), report.text());
      if (edge.verdict.outcome)
        BOOST_TEST(Gemd::has_item(report, *edge.verdict.outcome, edge.verdict.place), report.text());
      Gemd::check_comes_back(store, edge.document, report);
      check_clean(store);
    }
  }
}

BOOST_AUTO_TEST_CASE(what_is_wrong_is_left_out_on_request) {
  for (const Edge& edge : edges()) {
    if (edge.verdict.error != ErrorCode::bad_document || !edge.verdict.place.starts_with("/context/"))
      continue;
    BOOST_TEST_CONTEXT(edge.name) {
      Store own = Store::in_memory();
      const ImportReport report = Gemd::take(own, edge.document, {.partial = true});
      BOOST_TEST((Gemd::has_item(report, Outcome::refused, edge.verdict.place) ||
                  Gemd::has_item(report, Outcome::opaque, edge.verdict.place)),
                 report.text());
      const std::string kept = Gemd::give(own, report.roots);
      BOOST_TEST(Gemd::take(own, edge.document, {.partial = true}).was_there);
      Store other = Store::in_memory();
      const ImportReport again = Gemd::take(other, kept, {.partial = true});
      BOOST_TEST(Gemd::give(other, again.roots) == kept);
      check_clean(own);
    }
  }
}

BOOST_AUTO_TEST_CASE(unknown_types_are_kept_on_request) {
  Store store = Store::in_memory();
  const std::string text = context(R"({"type": "frobnicator", "uids": {"id": "F"}, "x": [1]},)" +
                                   run("material", "M", link("spec", "F")));
  const ImportReport report = Gemd::take(store, text, {.partial = true});
  BOOST_TEST(Gemd::has_item(report, Outcome::opaque, "/context/0", "frobnicator"));
  BOOST_TEST(Gemd::node_of(store, "id", "F").type == "gemd:frobnicator");
  const std::string back = Gemd::give(store, report.roots);
  BOOST_TEST((Gemd::parse(back) == Gemd::parse(text)), back);
}

BOOST_AUTO_TEST_CASE(objects_nest_as_deep_as_documents_may) {
  Store store = Store::in_memory();
  constexpr std::size_t kDepth = 3'000;
  std::string text;
  for (std::size_t i = 0; i < kDepth; ++i) text += R"({"type": "material_run", "name": "m", "notes": [)";
  text += "null";
  for (std::size_t i = 0; i < kDepth; ++i) text += "]}";
  const ImportReport report = Gemd::take(store, text);
  BOOST_TEST(report.nodes_new == kDepth + 1);
  Gemd::check_comes_back(store, text, report);
}

BOOST_AUTO_TEST_CASE(what_nests_too_deep_is_refused_with_its_place) {
  for (const std::size_t depth : {20'000u, 1'000'000u}) {
    Store store = Store::in_memory();
    BOOST_CHECK_EXCEPTION(Gemd::take(store, nested(depth)), Error,
                          has_code(ErrorCode::limit, "line 1, column "));
    BOOST_TEST(store.query({}).nodes.empty());
  }
}

BOOST_AUTO_TEST_CASE(values_outside_of_objects_nest_deep_too) {
  Store store = Store::in_memory();
  const std::string text =
      R"({"object": )" + std::string(2'000, '[') + run("process", "P", "") + std::string(2'000, ']') + "}";
  const ImportReport report = Gemd::take(store, text);
  BOOST_TEST(report.nodes_new == 2u);
  Gemd::check_comes_back(store, text, report);
}

BOOST_AUTO_TEST_CASE(bad_documents_are_refused_whole) {
  const std::string cake = Gemd::fixture("cake.json");
  for (const std::string& text :
       {std::string(), cake.substr(0, cake.size() / 2), cake.substr(0, cake.size() - 2),
        std::string("{\"object\": \"\xff\"}"), std::string(R"({"entity": {"ex:e": {}}})"),
        std::string("[1, 2]"), std::string("\"text\""), std::string(R"({"type": 3})"),
        std::string(R"({"type": "process_run", "name": "p", "uids": 3})"),
        std::string(R"({"object": {"type": "link_by_uid"}})")}) {
    Store store = Store::in_memory();
    BOOST_CHECK_EXCEPTION(Gemd::take(store, text), Error, has_code(ErrorCode::bad_document));
    BOOST_TEST(store.query({}).nodes.empty());
  }
  Store store = Store::in_memory();
  BOOST_CHECK_EXCEPTION(Gemd::take(store, cake, {.document_bytes_max = 1'000}), Error,
                        has_code(ErrorCode::limit));
}

BOOST_AUTO_TEST_CASE(every_cut_of_a_document_is_refused_and_leaves_nothing) {
  const std::string text = Gemd::fixture("doc_example.json");
  const std::size_t end = text.find_last_of('}');
  Store store = Store::in_memory();
  for (std::size_t length = 0; length < end; ++length)
    BOOST_CHECK_EXCEPTION(Gemd::take(store, text.substr(0, length)), Error,
                          has_code(ErrorCode::bad_document));
  BOOST_TEST(store.query({}).nodes.empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace cairn::test
