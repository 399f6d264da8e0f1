// W3C PROV-JSON: what becomes of its statements in the graph, and that they come back.
#include <cairn/cairn.h>

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <sstream>
#include <string>

#include "store/stores.h"
#include "support/errors.h"

namespace cairn::test {
namespace {

constexpr const char* kPrefix = R"("prefix": {"ex": "http://example.org/"})";

std::string document(const std::string& sections) { return "{" + std::string(kPrefix) + ", " + sections + "}"; }

ImportReport import_text(Store& store, const std::string& text, const ImportOptions& options = {}) {
  std::istringstream in(text);
  return import_document(store, "prov", in, options);
}

std::string exported(const Store& store, const std::vector<Uuid>& nodes, const ExportOptions& options = {}) {
  std::ostringstream out;
  export_document(store, "prov", nodes, out, options);
  return out.str();
}

Node node_of(const Store& store, const std::string& local, const char* scope = "prov") {
  const auto node = store.find_node(Identity{scope, "http://example.org/" + local});
  BOOST_REQUIRE_MESSAGE(node.has_value(), local);
  return *node;
}

bool has_link(const Store& store, const Node& source, const Node& target, LinkType type, std::string_view label = {}) {
  return std::ranges::any_of(store.links(source.uuid), [&](const Link& link) {
    return link.source == source.uuid && link.target == target.uuid && link.type == type && (label.empty() || link.label == label);
  });
}

bool has_item(const ImportReport& report, Outcome outcome, std::string_view place, std::string_view what = {}) {
  return std::ranges::any_of(report.items, [&](const ReportItem& item) {
    return item.outcome == outcome && item.place == place && item.what.find(what) != std::string::npos;
  });
}

// Imports the text into an empty store; what comes out must be equal to it.
void check_comes_back(Store& store, const std::string& text, const ImportReport& report) {
  const std::string back = exported(store, report.roots);
  BOOST_TEST((boost::json::parse(back) == boost::json::parse(text)), back);
  BOOST_TEST(import_text(store, text).was_there);
  check_clean(store);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(prov)

BOOST_AUTO_TEST_CASE(entities_activities_and_agents_become_nodes) {
  for_each_store([](TestStore& store) {
    const std::string text = document(R"(
      "entity": {"ex:e": {"ex:energy": {"$": "-1.5", "type": "xsd:double"}, "prov:label": "The energy"}},
      "activity": {"ex:a": {"prov:startTime": "2012-03-31T09:21:00Z"}},
      "agent": {"ex:ag": {"prov:type": {"$": "prov:Person", "type": "prov:QUALIFIED_NAME"}}})");
    const ImportReport report = import_text(*store, text, {.name = "a.json", .run = "imported"});
    const Node entity = node_of(*store, "e"), activity = node_of(*store, "a", "prov-activity"), agent = node_of(*store, "ag");
    BOOST_TEST((entity.kind == NodeKind::data && activity.kind == NodeKind::calculation && agent.kind == NodeKind::data));
    BOOST_TEST(entity.type == "prov:Entity");
    BOOST_TEST(agent.type == "prov:Agent");
    BOOST_TEST(entity.label == "The energy");
    BOOST_TEST(activity.label == "ex:a");
    BOOST_TEST(format_time(activity.created) == "2012-03-31T09:21:00.000000000Z");
    BOOST_TEST(entity.run == "imported");
    BOOST_TEST(store->count(Filter::parse(R"(attributes."ex:energy"."$" < -1)")) == 1u);
    BOOST_TEST(store->get_node(report.roots.at(0)).label == "a.json");
    BOOST_TEST(report.nodes_new == 4u);
    BOOST_TEST(report.items.empty());
    check_comes_back(*store, text, report);
  });
}

BOOST_AUTO_TEST_CASE(relations_become_links) {
  Store store = Store::in_memory();
  const std::string text = document(R"(
    "entity": {"ex:e1": {}, "ex:e2": {}, "ex:e3": {}}, "activity": {"ex:a": {}}, "agent": {"ex:ag": {}},
    "used": {"_:u": {"prov:activity": "ex:a", "prov:entity": "ex:e1"},
             "ex:u2": {"prov:activity": "ex:a", "prov:entity": "ex:e3", "prov:role": "basis"}},
    "wasGeneratedBy": {"_:g": {"prov:entity": "ex:e2", "prov:activity": "ex:a", "prov:time": "2012-03-31T09:21:00Z"}},
    "wasDerivedFrom": {"_:d": {"prov:generatedEntity": "ex:e2", "prov:usedEntity": "ex:e1", "prov:activity": "ex:a"}},
    "alternateOf": {"_:o": {"prov:alternate1": "ex:e2", "prov:alternate2": "ex:e3"}},
    "wasAssociatedWith": {"_:w": {"prov:activity": "ex:a", "prov:agent": "ex:ag", "prov:plan": "ex:e3"}})");
  const ImportReport report = import_text(store, text);
  const Node e1 = node_of(store, "e1"), e2 = node_of(store, "e2"), e3 = node_of(store, "e3"), agent = node_of(store, "ag");
  const Node activity = node_of(store, "a", "prov-activity");
  BOOST_TEST(has_link(store, e1, activity, LinkType::input, "used"));
  BOOST_TEST(has_link(store, e3, activity, LinkType::input, "basis"));
  BOOST_TEST(has_link(store, activity, e2, LinkType::create, "generated"));
  BOOST_TEST(has_link(store, e2, e1, LinkType::reference, "wasDerivedFrom"));
  BOOST_TEST(has_link(store, e2, activity, LinkType::reference, "wasDerivedFrom__activity"));
  BOOST_TEST(has_link(store, e2, e3, LinkType::mutual, "alternateOf"));
  BOOST_TEST(has_link(store, activity, agent, LinkType::reference, "wasAssociatedWith"));
  BOOST_TEST(has_link(store, activity, e3, LinkType::reference, "wasAssociatedWith__plan"));
  BOOST_TEST(store.ancestors(e2.uuid).size() == 3u);
  BOOST_TEST(has_item(report, Outcome::opaque, "/used/ex:u2", "its name, prov:role"));
  BOOST_TEST(has_item(report, Outcome::opaque, "/wasGeneratedBy/_:g", "prov:time"));
  BOOST_TEST(report.items.size() == 2u);
  check_comes_back(store, text, report);
}

BOOST_AUTO_TEST_CASE(what_the_rules_do_not_allow_becomes_a_reference) {
  Store store = Store::in_memory();
  const std::string text = document(R"(
    "entity": {"ex:e": {}}, "activity": {"ex:a": {}, "ex:b": {}},
    "used": {"ex:u": {"prov:activity": "ex:a", "prov:entity": "ex:e"}},
    "wasGeneratedBy": {"ex:g1": {"prov:entity": "ex:e", "prov:activity": "ex:a"},
                       "ex:g2": {"prov:entity": "ex:e", "prov:activity": "ex:b"}},
    "wasInfluencedBy": {"ex:i": {"prov:influencee": "ex:e", "prov:influencer": "ex:e"}})");
  const ImportReport report = import_text(store, text);
  const Node e = node_of(store, "e"), a = node_of(store, "a", "prov-activity"), b = node_of(store, "b", "prov-activity");
  BOOST_TEST(has_link(store, a, e, LinkType::create));
  BOOST_TEST(has_link(store, a, e, LinkType::reference, "used"));
  BOOST_TEST(has_link(store, e, b, LinkType::reference, "wasGeneratedBy"));
  BOOST_TEST(has_item(report, Outcome::altered, "/used/ex:u", "cycle"));
  BOOST_TEST(has_item(report, Outcome::altered, "/wasGeneratedBy/ex:g2", "second creator"));
  BOOST_TEST(has_item(report, Outcome::altered, "/wasInfluencedBy/ex:i", "itself"));
  check_comes_back(store, text, report);
}

BOOST_AUTO_TEST_CASE(what_is_named_and_not_described_is_unresolved_and_stays_so) {
  Store store = Store::in_memory();
  const std::string text = document(R"("wasAttributedTo": {"_:1": {"prov:entity": "ex:e", "prov:agent": "ex:ag"}})");
  const ImportReport report = import_text(store, text);
  BOOST_TEST(report.count(Outcome::unresolved) == 2u);
  BOOST_TEST(node_of(store, "ag").type == "prov:Agent");
  check_comes_back(store, text, report);
  const std::string more = document(R"("entity": {"ex:e": {"ex:tag": 1}})");
  const ImportReport later = import_text(store, more);
  BOOST_TEST(later.nodes_known == 1u);
  BOOST_TEST(has_item(later, Outcome::altered, "/entity/ex:e", "described already in the store"));
  check_comes_back(store, more, later);
}

BOOST_AUTO_TEST_CASE(documents_share_the_nodes_that_they_describe_alike) {
  Store store = Store::in_memory();
  const std::string first = document(R"("entity": {"ex:e": {"ex:tag": "x"}})");
  import_text(store, first);
  // Another prefix, the same names; and the creator of a node that is there cannot be told any more.
  const std::string second = R"({"prefix": {"other": "http://example.org/"}, "entity": {"other:e": {"other:tag": "x"}},
    "activity": {"other:a": {}}, "wasGeneratedBy": {"_:1": {"prov:entity": "other:e", "prov:activity": "other:a"}}})";
  const ImportReport report = import_text(store, second);
  BOOST_TEST(report.nodes_known == 1u);
  BOOST_TEST(report.nodes_new == 2u);
  BOOST_TEST(has_item(report, Outcome::altered, "/wasGeneratedBy/_:1", "in the store already"));
  check_comes_back(store, second, report);
}

BOOST_AUTO_TEST_CASE(bundles_and_several_records_of_one_name_come_back) {
  Store store = Store::in_memory();
  const std::string text = document(R"(
    "entity": {"ex:e": [{"ex:v": 1}, {"ex:v": 2}], "ex:b": {"prov:type": {"$": "prov:Bundle", "type": "prov:QUALIFIED_NAME"}}},
    "agent": {"ex:e": {}},
    "bundle": {"ex:b": {"prefix": {"ex": "http://other.org/", "p": "http://p.org/"}, "entity": {"ex:e": {"p:q": true}, "p:e": {}}},
               "ex:c": {"entity": {"ex:e": {"ex:v": 1}}, "used": {}}})");
  const ImportReport report = import_text(store, text);
  BOOST_TEST(report.nodes_new == 7u);  // the document, two bundles; e and b; e and p:e of the first bundle
  for (const char* place : {"/entity/ex:e/0", "/entity/ex:e/1", "/bundle/ex:c/entity/ex:e"})  // it is an agent first
    BOOST_TEST(has_item(report, Outcome::altered, place, "described already"));
  check_comes_back(store, text, report);
}

BOOST_AUTO_TEST_CASE(chosen_nodes_are_exported_by_their_own_names) {
  Store store = Store::in_memory();
  const std::string text = document(R"(
    "entity": {"ex:e1": {"ex:tag": 1}, "ex:e2": {}}, "activity": {"ex:a": {}},
    "used": {"_:1": {"prov:activity": "ex:a", "prov:entity": "ex:e1"}},
    "wasGeneratedBy": {"_:1": {"prov:entity": "ex:e2", "prov:activity": "ex:a"}})");
  import_text(store, text);
  Transaction transaction = store.transaction();
  const Uuid own = transaction.add({.kind = NodeKind::calculation, .type = "relax"});
  transaction.link(node_of(store, "e2").uuid, own, LinkType::input, "given");
  transaction.commit();
  const auto json = boost::json::parse(exported(store, {own})).as_object();
  BOOST_TEST(json.at("entity").at("ex:e1").at("ex:tag").to_number<int>() == 1);
  BOOST_TEST(json.at("prefix").at("ex").as_string() == "http://example.org/");
  BOOST_TEST(json.at("activity").as_object().contains("cairn:" + own.text()));
  BOOST_TEST(json.at("activity").as_object().contains("ex:a"));
  BOOST_TEST(json.at("used").as_object().size() == 2u);
  BOOST_TEST(json.at("wasGeneratedBy").as_object().size() == 1u);
  const auto alone = boost::json::parse(exported(store, {own}, {.ancestors = false})).as_object();
  BOOST_TEST(!alone.contains("wasGeneratedBy"));
  BOOST_TEST(alone.at("entity").as_object().contains("ex:e2"));
}

BOOST_AUTO_TEST_CASE(an_export_of_a_store_is_known_to_it) {
  Store store = Store::in_memory();
  Run run = store.run("census");
  run.step("count", {{"text", std::string("a b")}}, [] { return 2; });
  const std::string text = exported(store, {run.node().uuid});
  const auto nodes_before = nodes_of(store).size();
  const ImportReport report = import_text(store, text);
  BOOST_TEST(report.nodes_new == 1u);  // the document
  BOOST_TEST(report.nodes_known == nodes_before);
  BOOST_TEST(report.count(Outcome::altered) == 0u);
  check_comes_back(store, text, report);
}

BOOST_AUTO_TEST_CASE(faults_are_told_with_their_places_and_nothing_comes_in) {
  struct Case {
    std::string sections, place, problem;
  };
  for (const Case& wrong : {Case{R"("entity": [])", "/entity", "records"},
                            {R"("entity": {"ex:a/b": 3})", "/entity/ex:a~1b", "attributes"},
                            {R"("entity": {"ex:e": {"ex:v": null}})", "/entity/ex:e/ex:v", "literal"},
                            {R"("entity": {"ex:e": {"ex:v": ["x", {"type": "xsd:int"}]}})", "/entity/ex:e/ex:v/1", "\"$\""},
                            {R"("entity": {"ex:e": {"ex:v": {"$": "1", "typ": "xsd:int"}}})", "/entity/ex:e/ex:v", "typ"},
                            {R"("used": {"_:1": {"prov:activity": 3}})", "/used/_:1/prov:activity", "a name"},
                            {R"("activity": {"ex:a": {"prov:startTime": {"$": "x"}}})", "/activity/ex:a/prov:startTime", "a name"},
                            {R"("useed": {})", "/useed", "no section"},
                            {R"("bundle": {"ex:b": {"bundle": {}}})", "/bundle/ex:b/bundle", "no section"},
                            {R"("bundle": {"ex:b": {"prefix": {"p": 1}}})", "/bundle/ex:b/prefix/p", "URI"}}) {
    BOOST_TEST_CONTEXT(wrong.sections) {
      Store store = Store::in_memory();
      const std::string text = document(R"("agent": {"ex:whole": {}}, )" + wrong.sections);
      BOOST_CHECK_EXCEPTION(import_text(store, text), Error, [&](const Error& error) {
        BOOST_TEST_MESSAGE(error.what());
        return error.code() == ErrorCode::bad_document && std::string(error.what()).starts_with(wrong.place + ": ") &&
               std::string(error.what()).find(wrong.problem) != std::string::npos;
      });
      BOOST_TEST(nodes_of(store).empty());
      const ImportReport report = import_text(store, text, {.partial = true});
      BOOST_TEST(has_item(report, Outcome::refused, wrong.place, wrong.problem));
      node_of(store, "whole");
    }
  }
}

BOOST_AUTO_TEST_CASE(odd_names_and_texts_come_back) {
  Store store = Store::in_memory();
  const std::string text = document(R"(
    "entity": {"": {}, ":": {}, "_:blank": {"ex:v": "\u0000"}, "no prefix": {"x": 1}, "unknown:e": {"unknown:v": ["a", "b"]},
               "ex:long)" + std::string(5'000, 'x') + R"(": {"prov": "ours"}, "ex:\u0000": {},
               "ex:n": {"ex:i": 123456789012345678901234567890, "ex:r": 0.1, "ex:t": {"$": "01", "type": "xsd:int"}}})");
  const ImportReport report = import_text(store, text);
  BOOST_TEST(report.nodes_new == 9u);
  const std::string back = exported(store, report.roots);
  BOOST_TEST(import_text(store, back).was_there);
  BOOST_TEST(back.find("123456789012345678901234567890") != std::string::npos);
  check_clean(store);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace cairn::test
