// AiiDA's archives: what AiiDA answers to links and changed archives, and what the importer answers to the same.
#include <functional>
#include <map>

#include "interchange/aiida_archive.h"
#include "store/stores.h"
#include "support/errors.h"

namespace cairn::test {
namespace {

const std::map<std::string, std::string> kClasses = {{"Data", "data.core.int.Int."},
                                                     {"CalcFunctionNode", "process.calculation.calcfunction.CalcFunctionNode."},
                                                     {"WorkChainNode", "process.workflow.workchain.WorkChainNode."},
                                                     {"WorkFunctionNode", "process.workflow.workfunction.WorkFunctionNode."}};

struct Ends {
  std::string source, target;
};
const std::map<std::string, Ends> kLinkTypes = {{"input_calc", {"Data", "CalcFunctionNode"}},
                                                {"input_work", {"Data", "WorkChainNode"}},
                                                {"create", {"CalcFunctionNode", "Data"}},
                                                {"return", {"WorkChainNode", "Data"}},
                                                {"call_calc", {"WorkChainNode", "CalcFunctionNode"}},
                                                {"call_work", {"WorkChainNode", "WorkFunctionNode"}}};

Value oracle(const char* part) { return *from_plain_json(aiida_fixture("oracle.json")).get_if<Map>()->find(part); }

bool is_ok(const Value& verdict) { return *verdict.get_if<Map>()->find("ok") == Value(true); }

const std::string& text_in(const Value& map, const char* name) { return *map.get_if<Map>()->find(name)->get_if<std::string>(); }

bool comes_in(const std::string& archive) {
  Store store = Store::in_memory();
  try {
    import_archive(store, archive);
    return true;
  } catch (const Error& error) {
    BOOST_TEST_MESSAGE(error.what());
    BOOST_TEST((error.code() == ErrorCode::bad_document), error.what());
    BOOST_TEST(store.query({}).nodes.empty());
    return false;
  }
}

// ---- The archives that the oracle changed ----

struct Answer {
  bool is_taken = false;
  std::string place = {};  // in the message, or in what is reported
  bool partial = false;    // whether the rest comes in if it may, and this is reported
};

struct Case {
  std::function<std::string()> archive;
  Answer answer;
};

std::string with_statements(const std::vector<std::string>& statements) { return edited_archive(full_archive(), statements); }

std::string with_link(const std::string& values) {
  return with_statements({"INSERT INTO db_dblink (id, input_id, output_id, label, type) VALUES (201, " + values + ")"});
}

// With another process, 2.
std::string with_process(const std::string& type, const std::string& link) {
  return with_statements(
      {"INSERT INTO db_dbnode (id, uuid, node_type, label, description, ctime, mtime, attributes, extras, repository_metadata, "
       "user_id) VALUES (2, '00000000-0000-4000-8000-000000000002', '" +
           type + "', '', '', '2020-01-01 00:00:00', '2020-01-01 00:00:00', '{\"sealed\": true}', '{}', '{}', 1)",
       "INSERT INTO db_dblink (id, input_id, output_id, label, type) VALUES (201, " + link + ")"});
}

std::string with_members(const std::function<void(Members&)>& change) {
  Members members = unzipped(full_archive());
  change(members);
  return zipped(members);
}

std::string with_version(const std::string& version) {
  return with_members([&](Members& members) {
    std::string& text = member(members, "metadata.json");
    text.replace(text.find("main_0001"), 9, version);
  });
}

std::string with_same_uuid() {
  return with_statements({"CREATE TABLE other AS SELECT * FROM db_dbnode", "DROP TABLE db_dbnode",
                          "ALTER TABLE other RENAME TO db_dbnode",
                          "UPDATE db_dbnode SET uuid = (SELECT uuid FROM db_dbnode WHERE id = 28269) WHERE id = 28270"});
}

const std::string kFile = "repo/2e912435fdd37a576e851e809daf6d0f5b6e44963460c94f1c9e49b88efc3f7e";

const std::map<std::string, Case> kCases = {
    {"unchanged", {[] { return full_archive(); }, {.is_taken = true}}},
    {"bad types: data->data",
     {[] { return with_link("28269, 28268, 'x', 'create'"); }, {.place = "/db_dblink/201", .partial = true}}},
    {"cycle: own output as own input",
     {[] { return with_link("28269, 28266, 'loop', 'input_calc'"); }, {.place = "/db_dblink/", .partial = true}}},
    {"dangling link",
     {[] { return with_link("999999, 28266, 'x', 'input_calc'"); }, {.place = "/db_dblink/201", .partial = true}}},
    {"unknown link type",
     {[] { return with_link("28263, 28266, 'x', 'knows'"); }, {.place = "/db_dblink/201", .partial = true}}},
    {"label with bad characters",
     {[] { return with_link("28263, 28266, 'a b', 'input_calc'"); }, {.place = "/db_dblink/201", .partial = true}}},
    {"self link", {[] { return with_link("1, 1, 'self', 'call_work'"); }, {.place = "/db_dblink/201", .partial = true}}},
    {"duplicate create label",
     {[] { return with_link("28266, 28263, 'retrieved', 'create'"); }, {.place = "/db_dblink/", .partial = true}}},
    {"duplicate input label",
     {[] { return with_link("28263, 28266, 'code', 'input_calc'"); }, {.place = "/db_dblink/", .partial = true}}},
    {"two creators of one data",
     {[] { return with_process("process.calculation.calcfunction.CalcFunctionNode.", "2, 28269, 'x', 'create'"); },
      {.place = "/db_dblink/", .partial = true}}},
    {"second caller",
     {[] { return with_process("process.workflow.workchain.WorkChainNode.", "2, 28266, 'x', 'call_calc'"); },
      {.place = "/db_dblink/", .partial = true}}},
    {"duplicate uuid", {with_same_uuid, {.place = "/db_dbnode/28270"}}},
    {"unknown node_type",
     {[] { return with_statements({"UPDATE db_dbnode SET node_type = 'foo.bar.' WHERE id = 28263"}); },
      {.is_taken = true, .place = "/db_dbnode/28263/node_type"}}},
    {"malformed attributes JSON",
     {[] { return with_statements({"UPDATE db_dbnode SET attributes = '{\"a\": ' WHERE id = 28263"}); },
      {.place = "/db_dbnode/28263/attributes"}}},
    {"db missing",
     {[] { return with_members([](Members& members) { drop_member(members, "db.sqlite3"); }); }, {.place = "db.sqlite3"}}},
    {"metadata missing",
     {[] { return with_members([](Members& members) { drop_member(members, "metadata.json"); }); },
      {.place = "metadata.json"}}},
    {"old version", {[] { return with_version("main_0000"); }, {.place = "metadata.json: /export_version"}}},
    {"unknown version", {[] { return with_version("main_9999"); }, {.place = "metadata.json: /export_version"}}},
    {"file content corrupted",
     {[] { return with_members([](Members& members) { member(members, kFile)[5] ^= 1; }); },
      {.place = kFile, .partial = true}}},
    {"file content missing",
     {[] { return with_members([](Members& members) { drop_member(members, kFile); }); },
      {.place = "/db_dbnode/28266/repository_metadata", .partial = true}}},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(aiida_rules)

BOOST_AUTO_TEST_CASE(links_go_where_aiida_has_them_go) {
  const Value matrix = oracle("link_matrix");
  BOOST_TEST(matrix.get_if<List>()->size() == 96u);
  for (const Value& verdict : *matrix.get_if<List>()) {
    const std::string &type = text_in(verdict, "link_type"), &source = text_in(verdict, "source"),
                      &target = text_in(verdict, "target");
    BOOST_TEST(comes_in(small_archive({kClasses.at(source), kClasses.at(target)}, {{1, 2, "x", type}})) == is_ok(verdict),
               type << " from " << source << " to " << target);
  }
}

BOOST_AUTO_TEST_CASE(labels_are_those_of_aiida) {
  const Value labels = oracle("labels");
  for (const MapEntry& entry : *labels.get_if<Map>()) {
    const auto& label = *entry.key.get_if<std::string>();
    // AiiDA takes any length in memory; a row of its database has 255 characters.
    const bool is_taken = is_ok(entry.value) && label.size() <= 255;
    BOOST_TEST(comes_in(small_archive({kClasses.at("Data"), kClasses.at("CalcFunctionNode")}, {{1, 2, label, "input_calc"}})) ==
                   is_taken,
               label);
  }
}

BOOST_AUTO_TEST_CASE(links_are_as_unique_as_aiida_has_them) {
  const Value cases = oracle("uniqueness_and_cycles");
  std::size_t seen = 0;
  for (const auto& [type, ends] : kLinkTypes)
    for (const bool same_source : {true, false})
      for (const bool same_target : {true, false})
        for (const std::string second : {"a", "b"}) {
          const std::string name = fmt::format("{}: source {}, target {}, labels a,{}", type, same_source ? "same" : "other",
                                               same_target ? "same" : "other", second);
          const Value* verdict = cases.get_if<Map>()->find(std::string_view(name));
          if (verdict == nullptr) continue;
          ++seen;
          const std::string &source = kClasses.at(ends.source), &target = kClasses.at(ends.target);
          const std::string archive = small_archive(
              {source, source, target, target}, {{1, 3, "a", type}, {same_source ? 1 : 2, same_target ? 3 : 4, second, type}});
          // AiiDA's check does not see two data that it is about to store; its importer refuses what comes of that.
          const bool is_hole = type == "create" && same_source && !same_target && second == "a";
          BOOST_TEST(comes_in(archive) == (is_ok(*verdict) && !is_hole), name);
        }
  BOOST_TEST(seen == 48u);
}

BOOST_AUTO_TEST_CASE(what_aiida_refuses_is_refused_and_what_it_drops_too) {
  const Value verdicts = oracle("import_oracle");
  BOOST_TEST(verdicts.get_if<Map>()->size() == kCases.size());
  for (const MapEntry& entry : *verdicts.get_if<Map>()) {
    const auto& name = *entry.key.get_if<std::string>();
    BOOST_TEST_CONTEXT(name) {
      const auto& [archive, answer] = kCases.at(name);
      const std::string bytes = archive();
      if (!is_ok(entry.value)) BOOST_TEST(!answer.is_taken);  // never more than AiiDA
      Store store = Store::in_memory();
      if (answer.is_taken) {
        const ImportReport report = import_archive(store, bytes);
        if (!answer.place.empty()) BOOST_TEST(has_report_item(report, Outcome::altered, answer.place));
        const std::string difference = said_difference(exported_archive(store, report.roots), bytes);
        BOOST_TEST(difference.empty(), difference);
        continue;
      }
      BOOST_CHECK_EXCEPTION(import_archive(store, bytes), Error, has_code(ErrorCode::bad_document, answer.place));
      BOOST_TEST(store.query({}).nodes.empty());
    }
  }
}

BOOST_AUTO_TEST_CASE(a_partial_import_leaves_out_what_is_wrong_and_lists_it) {
  for (const auto& [name, one] : kCases) {
    if (!one.answer.partial) continue;
    BOOST_TEST_CONTEXT(name) {
      Store store = Store::in_memory();
      const ImportReport report = import_archive(store, one.archive(), {.partial = true});
      BOOST_TEST(report.nodes_new >= 23u);
      BOOST_TEST((has_report_item(report, Outcome::refused, one.answer.place) ||
                  has_report_item(report, Outcome::altered, one.answer.place)),
                 report.text());
      BOOST_TEST(store.ancestors(uuid_from(kOutput)).size() >= 5u);
      check_clean(store);
      // What is left is an archive like any other.
      Store other = Store::in_memory();
      const std::string back = exported_archive(store, report.roots);
      const ImportReport again = import_archive(other, back, {.partial = true});
      BOOST_TEST(exported_archive(other, again.roots) == back);
    }
  }
}

BOOST_AUTO_TEST_CASE(links_that_break_a_rule_are_listed_by_their_rows_and_marked) {
  Store store = Store::in_memory();
  const ImportReport report = import_archive(store, with_link("28269, 28266, 'loop', 'input_calc'"), {.partial = true});
  BOOST_TEST(report.count(Outcome::altered) >= 1u);
  const auto item = std::ranges::find(report.items, Outcome::altered, &ReportItem::outcome);
  BOOST_TEST(item->place.starts_with("/db_dblink/"), item->place);
  BOOST_TEST(item->place != "/db_dblink/");
  BOOST_TEST(store.violations().size() == report.count(Outcome::altered));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace cairn::test
