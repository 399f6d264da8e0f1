// AiiDA's archives: what becomes of their rows in the graph, and that they come back.
#include <boost/json.hpp>

#include "interchange/aiida_archive.h"
#include "store/stores.h"
#include "support/errors.h"

namespace cairn::test {
namespace {

const char* const kOther = "00000000-0000-4000-8000-000000000002";

void check_same(const std::string& a, const std::string& b) {
  const std::string difference = said_difference(a, b);
  BOOST_TEST(difference.empty(), difference);
}

std::string tar_gz(const Members& members, const std::filesystem::path& directory) {
  for (const auto& [name, bytes] : members) {
    std::filesystem::create_directories((directory / "in" / name).parent_path());
    std::ofstream(directory / "in" / name, std::ios::binary) << bytes;
  }
  const std::string command = "tar -C " + (directory / "in").string() + " -czf " + (directory / "out.tar.gz").string() + " .";
  BOOST_REQUIRE(std::system(command.c_str()) == 0);
  return read_bytes(directory / "out.tar.gz");
}

// The older archive, of what is known of it: its documents, and the names of files, which hold their names here.
Members older_members() {
  const Value dump = from_plain_json(aiida_fixture("export_0.9_simple.json"));
  const Map& map = *dump.get_if<Map>();
  Members members{{"metadata.json", interchange::json_line(*map.find("metadata"))},
                  {"data.json", interchange::json_line(*map.find("data.json"))}};
  for (const Value& name : *map.find("other_entries")->get_if<List>())
    if (const auto& text = *name.get_if<std::string>(); !text.ends_with('/')) members.emplace_back(text, text);
  return members;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(aiida)

BOOST_AUTO_TEST_CASE(a_real_archive_comes_in_and_out_and_is_known_again) {
  for_each_store([](TestStore& store) {
    const ImportReport report = import_archive(*store, real_archive(), {.name = "simple.aiida", .run = "imported"});
    BOOST_TEST(report.nodes_new == 18u);  // 10 nodes, the files of the process, a computer, a user, 4 groups, the archive
    BOOST_TEST(has_report_item(report, Outcome::refused, "__MACOSX/._metadata.json"));
    BOOST_TEST(report.items.size() == 1u);
    const std::string back = exported_archive(*store, report.roots);
    check_same(back, real_archive());
    BOOST_TEST(back == exported_archive(*store, report.roots));
    const ImportReport again = import_archive(*store, real_archive());
    BOOST_TEST(again.was_there);
    BOOST_TEST((again.roots == report.roots));
    BOOST_TEST(again.nodes_new == 0u);
    BOOST_TEST(import_archive(*store, back).was_there);
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(what_was_written_comes_in_elsewhere_as_the_same) {
  Store first = Store::in_memory(), second = Store::in_memory();
  const std::string once = exported_archive(first, import_archive(first, full_archive()).roots);
  const ImportReport report = import_archive(second, once);
  BOOST_TEST(exported_archive(second, report.roots) == once);
  check_same(once, full_archive());
}

BOOST_AUTO_TEST_CASE(nodes_keep_their_names_and_attributes) {
  Store store = Store::in_memory();
  import_archive(store, full_archive(), {.run = "imported"});
  const Node calculation = store.get_node(uuid_from(kCalculation));
  BOOST_TEST((calculation.kind == NodeKind::calculation));
  BOOST_TEST((calculation.state == NodeState::finished));
  BOOST_TEST(calculation.type == "process.calculation.calcjob.CalcJobNode.");
  BOOST_TEST(calculation.label == "Test QE pw.x");
  BOOST_TEST(calculation.run == "imported");
  BOOST_TEST(format_time(calculation.created) == "2015-06-04T10:58:44.000000000Z");
  BOOST_TEST(store.count(Filter::parse("attributes.energy < -3700")) == 1u);
  BOOST_TEST(store.count(Filter::parse(R"(attributes."aiida.node".process_type = "aiida.calculations:quantumespresso.pw")")) ==
             1u);
  const Node flow = store.get_node(uuid_from(kWorkflow));
  BOOST_TEST((flow.kind == NodeKind::workflow));
  BOOST_TEST((flow.state == NodeState::failed));
  BOOST_TEST(flow.exit_status == 11);
  BOOST_TEST(flow.exit_message == "no");
  BOOST_TEST((*flow.attributes.get_if<Map>()->find("big") == Value(*BigInteger::parse("123456789012345678901234567890"))));
  BOOST_TEST((*flow.attributes.get_if<Map>()->find("zero") == Value(-0.0)));
  BOOST_TEST((*flow.attributes.get_if<Map>()->find("one") == Value(1.0)));
  BOOST_TEST((flow.extras == Value(Map{{"_aiida_hash", "ab"}})));
}

BOOST_AUTO_TEST_CASE(links_become_the_graph) {
  Store store = Store::in_memory();
  import_archive(store, full_archive());
  const auto has = [&](const char* source, const char* target, LinkType type, const char* label) {
    const std::vector<Link> links = store.links(uuid_from(source));
    return std::ranges::find(links, Link{uuid_from(source), uuid_from(target), type, label}) != links.end();
  };
  BOOST_TEST(has(kCode, kCalculation, LinkType::input, "code"));
  BOOST_TEST(has(kCalculation, kOutput, LinkType::create, "output_parameters"));
  BOOST_TEST(has(kCode, kWorkflow, LinkType::input, "code"));
  BOOST_TEST(has(kWorkflow, kCalculation, LinkType::call, "CALL"));
  BOOST_TEST(has(kWorkflow, kOutput, LinkType::return_, "result"));
  BOOST_TEST(has("bde385c0-c1d5-4c6e-95db-b1b26026c7fc", kCode, LinkType::reference, "member"));
  BOOST_TEST(has("00000000-0000-4000-8000-000000000003", kCode, LinkType::reference, "dbnode"));
  BOOST_TEST(has("00000000-0000-4000-8000-000000000004", kWorkflow, LinkType::reference, "dbnode"));
  BOOST_TEST(has(kCode, "4f33c6fd-b624-47df-9ffb-a58f05d323af", LinkType::reference, "computer"));
  const auto user = store.find_node(Identity{"aiida-user", "b@example.org"});
  BOOST_REQUIRE(user.has_value());
  BOOST_TEST(has(kWorkflow, user->uuid.text().c_str(), LinkType::reference, "user"));
  BOOST_TEST(store.ancestors(uuid_from(kOutput)).size() == 5u);
  BOOST_TEST(store.violations().empty());
}

BOOST_AUTO_TEST_CASE(equal_values_are_one_object) {
  const auto with_values = [](const char* type, const char* attributes) {
    Members members = unzipped(small_archive({type, type}, {}));
    std::string& database = member(members, "db.sqlite3");
    database = edited_database(database, {std::string("UPDATE db_dbnode SET attributes = '") + attributes + "'"});
    return zipped(members);
  };
  const auto content = [&](const char* type, const char* attributes) {
    Store store = Store::in_memory();
    import_archive(store, with_values(type, attributes));
    const auto object = std::get<ObjectId>(store.get_node(uuid_from(kOther)).content);
    BOOST_TEST((std::get<ObjectId>(store.get_node(uuid_from(kWorkflow)).content) == object));
    return store.get_value(object);
  };
  BOOST_TEST((content("data.core.int.Int.", R"({"value": 3})") == Value(3)));
  BOOST_TEST((content("data.core.float.Float.", R"({"value": 3.0})") == Value(3.0)));
  BOOST_TEST((content("data.core.list.List.", R"({"list": [1, "a"]})") == Value(List{1, "a"})));
  BOOST_TEST((content("data.core.dict.Dict.", R"({"list": [1]})") == Value(Map{{"list", List{1}}})));
  BOOST_TEST((content("data.core.int.Int.", R"({"other": 3})") == Value(Map{{"other", 3}})));
}

BOOST_AUTO_TEST_CASE(files_are_artifacts_with_empty_directories) {
  Store store = Store::in_memory();
  import_archive(store, full_archive());
  const Node retrieved = store.get_node(uuid_from(kRetrieved));
  const auto artifact = std::get<ArtifactId>(retrieved.content);
  BOOST_TEST(store.read_file(artifact, "aiida.out").size() == 709315u);
  BOOST_TEST(store.read_file(artifact, "_scheduler-stdout.txt").empty());
  BOOST_TEST(store.read_file(artifact, "K00001/eigenval.xml").size() == 1272u);
  for (const Link& link : store.links(uuid_from(kWorkflow))) {
    if (link.label != "repository") continue;
    const std::vector<ArtifactEntry> entries = store.list(std::get<ArtifactId>(store.get_node(link.target).content));
    BOOST_TEST(entries.size() == 4u);
    BOOST_TEST(std::ranges::count(entries, EntryKind::directory, &ArtifactEntry::kind) == 3);
    return;
  }
  BOOST_FAIL("the workflow has no files");
}

BOOST_AUTO_TEST_CASE(checkpoints_stay_text_and_unsealed_processes_are_reported) {
  Store store = Store::in_memory();
  const ImportReport report = import_archive(store, full_archive());
  BOOST_TEST(has_report_item(report, Outcome::opaque, "/db_dbnode/1/attributes/checkpoints", "never evaluated"));
  BOOST_TEST(has_report_item(report, Outcome::opaque, "/db_dbnode/1", "not sealed"));
  BOOST_TEST((*store.get_node(uuid_from(kWorkflow)).attributes.get_if<Map>()->find("checkpoints") ==
              Value("!!python/name:posix.getpid ''")));
}

BOOST_AUTO_TEST_CASE(every_sample_of_a_checkpoint_comes_back_as_it_was) {
  const Value samples = from_plain_json(aiida_fixture("checkpoint_yaml_samples.json"));
  for (const MapEntry& sample : *samples.get_if<Map>()) {
    std::string attributes = interchange::json_line(Map{{"checkpoints", sample.value}, {"sealed", true}});
    for (std::size_t at = 0; (at = attributes.find('\'', at)) != std::string::npos; at += 2) attributes.insert(at, 1, '\'');
    const std::string archive =
        edited_archive(full_archive(), {"UPDATE db_dbnode SET attributes = '" + attributes + "' WHERE id = 1"});
    Store store = Store::in_memory();
    const ImportReport report = import_archive(store, archive);
    BOOST_TEST((*store.get_node(uuid_from(kWorkflow)).attributes.get_if<Map>()->find("checkpoints") == sample.value));
    check_same(exported_archive(store, report.roots), archive);
  }
}

BOOST_AUTO_TEST_CASE(some_of_the_nodes_come_out_with_what_they_need) {
  Store store = Store::in_memory();
  import_archive(store, full_archive());
  const std::string part = exported_archive(store, {uuid_from(kOutput)});
  const auto lines = said(part);
  const auto count = [&](std::string_view what) {
    return std::ranges::count_if(lines, [&](const std::string& line) { return line.starts_with(what); });
  };
  BOOST_TEST(count("node ") == 7);  // itself, what made it, what that used, and who called it
  BOOST_TEST(count("link ") == 8);
  BOOST_TEST(count("comment ") == 1);
  BOOST_TEST(count("user ") == 2);
  BOOST_TEST(count("computer ") == 1);
  Store other = Store::in_memory();
  const ImportReport report = import_archive(other, part);
  BOOST_TEST(other.ancestors(uuid_from(kOutput)).size() == 5u);
  check_same(exported_archive(other, report.roots), part);
  BOOST_TEST(exported_archive(other, {uuid_from(kOutput)}) == part);
}

BOOST_AUTO_TEST_CASE(a_group_comes_out_with_its_nodes) {
  Store store = Store::in_memory();
  import_archive(store, full_archive());
  const auto lines = said(exported_archive(store, {uuid_from("bde385c0-c1d5-4c6e-95db-b1b26026c7fc")}));
  BOOST_TEST(std::ranges::count_if(lines, [](const std::string& line) { return line.starts_with("member "); }) == 2);
}

BOOST_AUTO_TEST_CASE(computers_of_one_label_come_out_with_labels_that_differ) {
  const auto archive = [](const std::string& digit) {
    Members members = unzipped(small_archive({"data.core.int.Int."}, {}));
    std::string& database = member(members, "db.sqlite3");
    database = edited_database(
        database, {"INSERT INTO db_dbcomputer VALUES (1, '00000000-0000-4000-8000-0000000000c" + digit +
                       "', 'here', 'host', '', 'core.direct', 'core.local', '{}')",
                   "UPDATE db_dbnode SET dbcomputer_id = 1, uuid = '00000000-0000-4000-8000-0000000000d" + digit + "'"});
    return zipped(members);
  };
  Store store = Store::in_memory();
  import_archive(store, archive("1"));
  import_archive(store, archive("2"));
  std::ostringstream out;
  const std::vector<Uuid> nodes{uuid_from("00000000-0000-4000-8000-0000000000d1"),
                                uuid_from("00000000-0000-4000-8000-0000000000d2")};
  const ExportReport report = export_document(store, "aiida", nodes, out);
  BOOST_REQUIRE(report.items.size() == 1u);
  BOOST_TEST((report.items.front().outcome == Outcome::altered));
  const auto lines = said(out.str());
  BOOST_TEST(std::ranges::count_if(
                 lines, [](const std::string& line) { return line.find("\"here (Imported #1)\"") != std::string::npos; }) == 1);
}

BOOST_AUTO_TEST_CASE(a_uuid_in_another_spelling_is_the_same_and_reported) {
  Store store = Store::in_memory();
  const ImportReport report =
      import_archive(store, edited_archive(real_archive(), {"UPDATE db_dbnode SET uuid = upper(uuid) WHERE id = 28269"}));
  BOOST_TEST(has_report_item(report, Outcome::altered, "/db_dbnode/28269/uuid", kOutput));
  check_same(exported_archive(store, report.roots), real_archive());
}

BOOST_AUTO_TEST_CASE(nodes_that_did_not_come_from_aiida_stay) {
  Store store = Store::in_memory();
  Transaction transaction = store.transaction();
  const Uuid own = transaction.add({.type = "data.core.int.Int."});
  transaction.commit();
  BOOST_CHECK_EXCEPTION(exported_archive(store, {own}), Error, has_code(ErrorCode::unstorable, own.text()));
}

BOOST_AUTO_TEST_CASE(what_two_archives_have_is_one_node) {
  Store store = Store::in_memory();
  import_archive(store, real_archive());
  const ImportReport report = import_archive(store, full_archive());
  BOOST_TEST(report.nodes_known == 16u);
  BOOST_TEST(report.nodes_new == 7u);  // the workflow and its files, a user, an authinfo, a comment, a log, the archive
  // What the nodes would have to hold which were there already.
  BOOST_TEST(has_report_item(report, Outcome::opaque, "/db_dblink/102", "kept with the archive"));
  BOOST_TEST(has_report_item(report, Outcome::opaque, "/db_dbgroup_dbnodes/1"));
  check_same(exported_archive(store, report.roots), full_archive());
  check_clean(store);
}

BOOST_AUTO_TEST_CASE(what_may_change_in_a_node_may_differ_and_comes_back) {
  Store store = Store::in_memory();
  import_archive(store, real_archive());
  const std::string changed =
      edited_archive(real_archive(), {R"(UPDATE db_dbnode SET extras = '{"new": 1}', label = 'changed' WHERE id = 28269)",
                                      "UPDATE db_dbcomputer SET hostname = 'elsewhere'",
                                      "INSERT INTO db_dbuser VALUES (2, 'b@example.org', 'B', '', '')",
                                      "UPDATE db_dbnode SET user_id = 2, dbcomputer_id = 1 WHERE id = 28269"});
  const ImportReport report = import_archive(store, changed);
  BOOST_TEST(has_report_item(report, Outcome::opaque, "/db_dbnode/28269", "extras, label, user_id"));
  BOOST_TEST(has_report_item(report, Outcome::opaque, "/db_dbcomputer/1", "hostname"));
  BOOST_TEST(store.get_node(uuid_from(kOutput)).label.empty());
  check_same(exported_archive(store, report.roots), changed);
}

BOOST_AUTO_TEST_CASE(a_node_with_other_attributes_is_a_conflict) {
  Store store = Store::in_memory();
  import_archive(store, real_archive());
  const std::string changed =
      edited_archive(real_archive(), {R"(UPDATE db_dbnode SET attributes = '{"a": 1}' WHERE id = 28269)"});
  BOOST_CHECK_EXCEPTION(import_archive(store, changed), Error, has_code(ErrorCode::conflict, "/db_dbnode/28269"));
  const ImportReport report = import_archive(store, changed, {.partial = true});
  BOOST_TEST(has_report_item(report, Outcome::refused, "/db_dbnode/28269/attributes"));
}

BOOST_AUTO_TEST_CASE(extras_and_labels_come_out_as_they_are_now) {
  Store store = Store::in_memory();
  const ImportReport report = import_archive(store, real_archive());
  Transaction transaction = store.transaction();
  transaction.edit(uuid_from(kOutput), {.label = "mine", .extras = Map{{"seen", true}}});
  transaction.commit();
  check_same(
      exported_archive(store, report.roots),
      edited_archive(real_archive(), {R"(UPDATE db_dbnode SET label = 'mine', extras = '{"seen": true}' WHERE id = 28269)"}));
}

BOOST_AUTO_TEST_CASE(columns_that_a_node_cannot_hold_come_back) {
  Store store = Store::in_memory();
  const std::string odd = edited_archive(
      real_archive(),
      {"UPDATE db_dbnode SET label = printf('%.5000c', 'x'), ctime = '0001-02-03 04:05:06.000007', attributes = NULL, "
       "extras = NULL, process_type = NULL WHERE id = 28269",
       "UPDATE db_dbnode SET attributes = '[1, \"a\"]', extras = '\"text\"' WHERE id = 28263"});
  check_same(exported_archive(store, import_archive(store, odd).roots), odd);
}

BOOST_AUTO_TEST_CASE(members_may_come_in_any_order) {
  Members members = real_members();
  std::ranges::reverse(members);
  Store store = Store::in_memory();
  check_same(exported_archive(store, import_archive(store, zipped(members)).roots), real_archive());
  std::ranges::sort(members);
  BOOST_TEST(import_archive(store, zipped(members, 0)).was_there);
}

BOOST_AUTO_TEST_CASE(an_archive_may_come_from_a_pipe) {
  // A stream without positions, as standard input often is.
  class Pipe : public std::streambuf {
   public:
    explicit Pipe(std::string bytes) : bytes_(std::move(bytes)) {
      setg(bytes_.data(), bytes_.data(), bytes_.data() + bytes_.size());
    }

   private:
    std::string bytes_;
  };
  Pipe pipe(real_archive());
  std::istream in(&pipe);
  Store store = Store::in_memory();
  check_same(exported_archive(store, import_document(store, "aiida", in).roots), real_archive());
}

BOOST_AUTO_TEST_CASE(an_older_archive_comes_in_as_a_new_one) {
  const TemporaryDirectory directory;
  const Members members = older_members();
  Store store = Store::in_memory(), other = Store::in_memory();
  const ImportReport report = import_archive(store, zipped(members));
  BOOST_TEST(has_report_item(report, Outcome::altered, "metadata.json: /export_version", "0.9"));
  BOOST_TEST(report.items.size() == 1u);
  const std::string back = exported_archive(store, report.roots);
  BOOST_TEST(exported_archive(other, import_archive(other, tar_gz(members, directory.path())).roots) == back);
  // The newer fixture is of the same nodes, by a converter that renamed less.
  const auto now = said(back), newer = said(real_archive());
  const auto rows_of = [](const std::multiset<std::string>& lines, std::string_view what) {
    std::vector<std::string> found;
    std::ranges::copy_if(lines, std::back_inserter(found), [&](const std::string& line) { return line.starts_with(what); });
    return found;
  };
  for (const char* what : {"link ", "group ", "user "})
    BOOST_TEST(rows_of(now, what) == rows_of(newer, what), boost::test_tools::per_element());
  const Node code = store.get_node(uuid_from(kCode)),
             kpoints = store.get_node(uuid_from("c03f49a0-f1b4-4792-bf7b-7a5330074dc1"));
  BOOST_TEST(code.type == "data.core.code.Code.");
  BOOST_TEST(kpoints.type == "data.core.array.kpoints.KpointsData.");
  const auto file = std::get<ArtifactId>(store.get_node(uuid_from(kRetrieved)).content);
  BOOST_TEST(store.read_file(file, "K00004/eigenval.xml") ==
             "nodes/f7/5a/af40-f952-488c-be84-488a183a03d4/path/K00004/eigenval.xml");
  BOOST_TEST(import_archive(store, back).was_there);
}

BOOST_AUTO_TEST_CASE(what_old_versions_called_otherwise_has_its_name_of_today) {
  const auto document = [](const char* version) {
    const std::string data =
        R"({"export_data": {"User": {"1": {"email": "a@b", "first_name": "", "last_name": "", "institution": ""}},
      "Group": {"5": {"uuid": "00000000-0000-4000-8000-000000000005", "label": "g", "type_string": "auto.run",
                      "time": "2020-04-04T21:43:47.644608", "description": "", "user": 1}},
      "Node": {"1": {"uuid": "00000000-0000-4000-8000-000000000001", "node_type": "process.calculation.calcjob.CalcJobNode.",
                     "process_type": "aiida.calculations:arithmetic.add", "label": "", "description": "", "user": 1, "dbcomputer": null,
                     "ctime": "2019-01-01T00:00:00", "mtime": "2019-01-01T00:00:00.500000", "public": false, "nodeversion": 1},
               "2": {"uuid": "00000000-0000-4000-8000-000000000002", "node_type": "data.int.Int.", "label": "", "description": "",
                     "user": 1, "dbcomputer": null, "ctime": "2019-01-01T00:00:00", "mtime": "2019-01-01T00:00:00"}}},
      "links_uuid": [{"input": "00000000-0000-4000-8000-000000000001", "output": "00000000-0000-4000-8000-000000000002",
                      "label": "_return", "type": "create"}],
      "groups_uuid": {"00000000-0000-4000-8000-000000000005": ["00000000-0000-4000-8000-000000000002"]},
      "node_attributes": {"1": {"state": "FAILED", "_sealed": true, "when": "2018-01-01T00:00:00"}, "2": {"value": 3}},
      "node_attributes_conversion": {"1": {"state": null, "when": "date"}, "2": {"value": null}},
      "node_extras": {"1": {}, "2": {"at": ["2018-01-01T00:00:00"]}}, "node_extras_conversion": {"1": {}, "2": {"at": ["date"]}}})";
    return zipped({{"metadata.json", R"({"aiida_version": "1.0.0", "export_version": ")" + std::string(version) + "\"}"},
                   {"data.json", data}});
  };
  Store store = Store::in_memory();
  const ImportReport report = import_archive(store, document("0.4"));
  const Node process = store.get_node(uuid_from(kWorkflow)), number = store.get_node(uuid_from(kOther));
  const Map& attributes = *process.attributes.get_if<Map>();
  BOOST_TEST((process.state == NodeState::failed));
  BOOST_TEST((*attributes.find("process_state") == Value("finished")));
  BOOST_TEST((*attributes.find("exit_status") == Value(2)));
  BOOST_TEST((*attributes.find("sealed") == Value(true)));
  BOOST_TEST((*attributes.find("when") == Value("2018-01-01T00:00:00+00:00")));
  BOOST_TEST(attributes.find("state") == nullptr);
  BOOST_TEST(attributes.find("_sealed") == nullptr);
  BOOST_TEST(number.type == "data.core.int.Int.");
  BOOST_TEST((number.extras == Value(Map{{"at", List{"2018-01-01T00:00:00+00:00"}}})));
  const auto lines = said(exported_archive(store, report.roots));
  const auto has_line = [&](std::string_view begin, std::string_view part) {
    return std::ranges::any_of(
        lines, [&](const std::string& line) { return line.starts_with(begin) && line.find(part) != std::string::npos; });
  };
  BOOST_TEST(has_line("link ", "\"result\" \"create\""));
  BOOST_TEST(has_line("group ", "core.auto"));
  BOOST_TEST(has_line("node ", "aiida.calculations:core.arithmetic.add"));
  BOOST_TEST(has_line("member ", kOther));
  // Links had no such name in later versions.
  Store later = Store::in_memory();
  BOOST_CHECK_EXCEPTION(import_archive(later, document("0.8")), Error, has_code(ErrorCode::bad_document, "/links_uuid/0"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace cairn::test
