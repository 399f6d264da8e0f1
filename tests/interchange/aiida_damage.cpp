// AiiDA's archives that are damaged, or lie: refused with the place, and nothing is left of them.
#include <functional>

#include "interchange/aiida_archive.h"
#include "store/stores.h"
#include "support/errors.h"

namespace cairn::test {
namespace {

void check_refused(const std::string& archive, ErrorCode code, const std::string& text, const ImportOptions& options = {}) {
  Store store = Store::in_memory();
  BOOST_CHECK_EXCEPTION(import_archive(store, archive, options), Error, has_code(code, text));
  BOOST_TEST(store.query({}).nodes.empty());
}

void check_bad(const std::string& archive, const std::string& text) { check_refused(archive, ErrorCode::bad_document, text); }

std::string with_statements(const std::vector<std::string>& statements) { return edited_archive(full_archive(), statements); }

// Refused, or what comes in is what the archive says, and what is left out of it is said.
void check_borne(const std::string& archive, const std::multiset<std::string>& whole) {
  Store store = Store::in_memory();
  try {
    const ImportReport report = import_archive(store, archive);
    if (report.count(Outcome::refused) <= 1) BOOST_TEST((said(exported_archive(store, report.roots)) == whole));
  } catch (const Error& error) {
    BOOST_TEST((error.code() == ErrorCode::bad_document || error.code() == ErrorCode::limit), error.what());
    BOOST_TEST(store.query({}).nodes.empty());
  }
}

// A place in a zip where a number of four bytes stands.
void set_number(std::string& bytes, std::size_t at, std::uint32_t value) {
  for (int i = 0; i < 4; ++i) bytes[at + static_cast<std::size_t>(i)] = static_cast<char>(value >> (8 * i));
}

// Of the first member whose name is this: the offsets of its own head and of that in the directory.
std::pair<std::size_t, std::size_t> heads_of(const std::string& zip, const std::string& name) {
  const auto head = zip.find(name) - 30, entry = zip.rfind(name) - 46;
  BOOST_REQUIRE(zip.compare(head, 4, "PK\x03\x04") == 0);
  BOOST_REQUIRE(zip.compare(entry, 4, "PK\x01\x02") == 0);
  return {head, entry};
}

constexpr std::size_t kCrcInEntry = 16, kSizeInEntry = 24;

const char* const kJsonNode =
    R"("uuid": "00000000-0000-4000-8000-000000000001", "node_type": "data.int.Int.", "label": "", "description": "",
  "user": 1, "dbcomputer": null, "ctime": "2019-01-01T00:00:00", "mtime": "2019-01-01T00:00:00")";

// Two nodes with these sections beside them.
std::string json_data(const std::string& sections, const std::string& second = "00000000-0000-4000-8000-000000000002") {
  const std::string node = kJsonNode;
  std::string other = node;
  other.replace(other.find("00000000-0000"), 36, second);
  return R"({"export_data": {"User": {"1": {"email": "a@b", "first_name": "", "last_name": "", "institution": ""}}, "Node": {"1": {)" +
         node + R"(}, "2": {)" + other + R"(}}}, "node_attributes": {"1": {}, "2": {}}, "node_extras": {"1": {}, "2": {}})" +
         sections + "}";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(aiida_damage)

BOOST_AUTO_TEST_CASE(what_is_no_archive_is_refused_by_its_first_byte) {
  check_bad("", "is empty");
  check_bad(R"({"prefix": {}, "entity": {}})", "expected a zip or tar.gz");
  check_bad("SQLite format 3", "expected a zip or tar.gz");
  check_bad("PK", "the archive");
  check_bad("\x1f\x8b and no gzip", "the archive");
  check_bad(zipped({{"some.txt", "text"}}), "metadata.json");
}

BOOST_AUTO_TEST_CASE(an_archive_that_ends_too_early_is_refused) {
  const std::string whole = real_archive();
  for (std::size_t i = 1; i < 64; ++i) {
    BOOST_TEST_CONTEXT(i) check_bad(whole.substr(0, whole.size() * i / 64), "");
  }
  check_bad(whole.substr(0, whole.size() - 1), "");
}

BOOST_AUTO_TEST_CASE(a_byte_that_differs_is_found_or_says_nothing) {
  const std::string whole = real_archive();
  const auto lines = said(whole);
  for (std::size_t at = 0; at < whole.size(); at += whole.size() / 120) {
    std::string changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 0x41);
    BOOST_TEST_CONTEXT("byte " << at) check_borne(changed, lines);
  }
}

BOOST_AUTO_TEST_CASE(a_damaged_database_is_refused_or_read_as_what_it_says) {
  const Members members = real_members();
  Members changed = members;
  std::string& database = member(changed, "db.sqlite3");
  const std::string whole = database;
  for (std::size_t at = 0; at < whole.size(); at += whole.size() / 100) {
    database = whole;
    database.replace(at, 16, std::string(16, '\xFF'));
    Store store = Store::in_memory();
    BOOST_TEST_CONTEXT("byte " << at) {
      try {
        const ImportReport report = import_archive(store, zipped(changed, 1));
        std::ostringstream out;
        export_document(store, "aiida", report.roots, out);
      } catch (const Error& error) {
        BOOST_TEST((error.code() == ErrorCode::bad_document || error.code() == ErrorCode::limit), error.what());
        BOOST_TEST(store.query({}).nodes.empty());
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(wrong_checksums_and_sizes_are_refused) {
  const std::string whole = zipped(real_members());
  for (const std::string name :
       {"metadata.json", "db.sqlite3", "repo/2e912435fdd37a576e851e809daf6d0f5b6e44963460c94f1c9e49b88efc3f7e"}) {
    const auto [head, entry] = heads_of(whole, name);
    std::string other_checksum = whole, other_size = whole, larger = whole;
    set_number(other_checksum, entry + kCrcInEntry, 0x12345678);
    set_number(other_size, entry + kSizeInEntry, 7);
    set_number(larger, entry + kSizeInEntry, 0x7FFFFFF0);
    BOOST_TEST_CONTEXT(name) {
      check_bad(other_checksum, name);
      check_bad(other_size, name);
      check_bad(larger, name);
    }
  }
}

BOOST_AUTO_TEST_CASE(what_expands_beyond_a_limit_is_refused_before_it_is_there) {
  Members members = real_members();
  member(members, "metadata.json") = std::string(4 << 20, ' ') + member(members, "metadata.json");
  const std::string bomb = zipped(members);
  check_refused(bomb, ErrorCode::limit, "metadata.json", {.document_bytes_max = 1 << 20});
  std::istringstream in(bomb);
  interchange::aiida::ZipReader reader(in, interchange::aiida::ArchiveForm::zip, 10);
  const auto read_all = [&] {
    while (reader.next()) reader.read([](std::span<const std::byte>) {});
  };
  BOOST_CHECK_EXCEPTION(read_all(), Error, has_code(ErrorCode::limit, "more than 10 fold"));
}

BOOST_AUTO_TEST_CASE(members_that_are_there_twice_are_refused) {
  for (const std::string name :
       {"metadata.json", "db.sqlite3", "repo/2e912435fdd37a576e851e809daf6d0f5b6e44963460c94f1c9e49b88efc3f7e"}) {
    Members members = real_members();
    members.emplace_back(name, member(members, name));
    check_bad(zipped(members), name + ": is there twice");
  }
}

BOOST_AUTO_TEST_CASE(names_that_leave_the_directory_are_no_names) {
  for (const std::string name : {R"("..")", R"(".")", R"("a/b")", R"("")", R"("a\u0000b")"})
    check_bad(
        with_statements({"UPDATE db_dbnode SET repository_metadata = '{\"o\": {" + name +
                         ": {\"k\": \"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"}}}' WHERE id = 1"}),
        "/db_dbnode/1/repository_metadata");
  for (const std::string key : {"../../../etc/passwd", "", "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855"})
    check_bad(with_statements(
                  {"UPDATE db_dbnode SET repository_metadata = '{\"o\": {\"a\": {\"k\": \"" + key + "\"}}}' WHERE id = 1"}),
              "expected the SHA-256 of a file");
  for (const std::string path : {"../../../../../../evil", "a/../b", "a//b", "/etc/evil"}) {
    Members members = unzipped(json_archive(json_data("")));
    members.emplace_back("nodes/00/00/0000-0000-4000-8000-000000000001/path/" + path, "x");
    check_bad(zipped(members), "no path of a file");
  }
}

BOOST_AUTO_TEST_CASE(directories_that_nest_too_deep_are_refused_with_their_node) {
  Members members = unzipped(json_archive(json_data("")));
  std::string path = "nodes/00/00/0000-0000-4000-8000-000000000001/path/";
  for (int i = 0; i < 1000; ++i) path += "a/";
  members.emplace_back(path + "f", "x");
  check_refused(zipped(members), ErrorCode::limit, "/export_data/Node/1");
  members.back().first = path + path.substr(0, 40) + std::string(2000, 'a') + "/f";
  check_bad(zipped(members), "is a path of more than 3000 bytes");
}

BOOST_AUTO_TEST_CASE(files_that_are_below_files_are_refused) {
  Members members = unzipped(json_archive(json_data("")));
  const std::string root = "nodes/00/00/0000-0000-4000-8000-000000000001/path/";
  members.emplace_back(root + "a", "x");
  members.emplace_back(root + "a/b", "y");
  check_bad(zipped(members), "is below a file");
  members.back().first = root + "a";
  check_bad(zipped(members), "is there twice");
}

BOOST_AUTO_TEST_CASE(programs_in_a_database_are_refused_and_never_run) {
  check_bad(with_statements({"CREATE TRIGGER t AFTER INSERT ON db_dbnode BEGIN DELETE FROM db_dbnode; END"}),
            "/t: is a trigger");
  check_bad(with_statements({"CREATE VIEW v AS SELECT * FROM db_dbnode"}), "/v: is a view");
  check_bad(with_statements({"ALTER TABLE db_dblog RENAME TO other", "CREATE VIEW db_dblog AS SELECT * FROM other"}),
            "/db_dblog");
  Store store = Store::in_memory();
  const ImportReport report =
      import_archive(store, with_statements({"CREATE VIEW v AS SELECT * FROM db_dbnode"}), {.partial = true});
  BOOST_TEST(has_report_item(report, Outcome::refused, "/v"));
}

BOOST_AUTO_TEST_CASE(tables_and_columns_have_to_be_those_of_an_archive) {
  check_bad(with_statements({"DROP TABLE db_dbgroup"}), "/db_dbgroup: the database has no such table");
  check_bad(with_statements({"ALTER TABLE db_dblog RENAME COLUMN message TO text"}), "/db_dblog: has no column message");
  check_bad(with_statements({"ALTER TABLE db_dblog ADD COLUMN more TEXT", "UPDATE db_dblog SET more = 'x'"}),
            "more is no column");
  check_bad(with_statements({"CREATE TABLE more (a)", "INSERT INTO more VALUES (1)"}), "/more: is no table of an archive");
  const std::string empty = with_statements({"ALTER TABLE db_dblog ADD COLUMN more TEXT", "CREATE TABLE more (a)"});
  Store store = Store::in_memory();
  BOOST_TEST(import_archive(store, empty).count(Outcome::refused) == 1u);  // of a member that the real archive has
}

BOOST_AUTO_TEST_CASE(values_that_no_column_has_are_refused_with_their_place) {
  const auto check = [](const std::string& change, const std::string& text) {
    BOOST_TEST_CONTEXT(change) check_bad(with_statements({"UPDATE " + change}), text);
  };
  check("db_dbnode SET label = CAST(X'61FF' AS TEXT) WHERE id = 1", "/db_dbnode/1/label: is not UTF-8");
  check("db_dbnode SET label = X'61' WHERE id = 1", "/db_dbnode/1/label");
  check("db_dbnode SET attributes = CAST(X'7B2261FF223A317D' AS TEXT) WHERE id = 1", "/db_dbnode/1/attributes");
  check("db_dbnode SET attributes = '{\"a\": 1, \"a\": 2}' WHERE id = 1", "/db_dbnode/1/attributes");
  check("db_dbnode SET attributes = '{\"a\": NaN}' WHERE id = 1", "/db_dbnode/1/attributes");
  check("db_dbnode SET attributes = 9e999 WHERE id = 1", "/db_dbnode/1/attributes");
  check("db_dbnode SET attributes = '{\"aiida.node\": 1}' WHERE id = 1", "/db_dbnode/1/attributes/aiida.node");
  check("db_dbnode SET ctime = 'yesterday' WHERE id = 1", "/db_dbnode/1/ctime: expected a time");
  check("db_dbnode SET uuid = 'x' WHERE id = 1", "/db_dbnode/1/uuid");
  check("db_dbnode SET user_id = 99 WHERE id = 1", "/db_dbnode/1/user_id: the archive has no user 99");
  check("db_dbnode SET user_id = 'x' WHERE id = 1", "/db_dbnode/1/user_id");
  check("db_dbcomment SET dbnode_id = 99", "/db_dbcomment/1/dbnode_id: the archive has no node 99");
  check("db_dbauthinfo SET enabled = 7", "/db_dbauthinfo/1/enabled");
  check("db_dbgroup_dbnodes SET dbnode_id = 99 WHERE id = 1", "/db_dbgroup_dbnodes/1: the archive has no node 99");
  check("db_dbgroup_dbnodes SET dbgroup_id = 99 WHERE id = 1", "/db_dbgroup_dbnodes/1: the archive has no group 99");
  check("db_dbuser SET email = '' WHERE id = 2", "/db_dbuser/2");
}

BOOST_AUTO_TEST_CASE(json_that_nests_too_deep_is_refused) {
  const std::string deep(100'000, '[');
  check_refused(with_statements({"UPDATE db_dbnode SET attributes = '{\"a\": " + deep + "' WHERE id = 1"}), ErrorCode::limit,
                "/db_dbnode/1/attributes");
  check_refused(json_archive(deep), ErrorCode::limit, "data.json");
  check_refused(json_archive(json_data(", \"links_uuid\": " + std::string(1'000'000, '['))), ErrorCode::limit, "data.json");
}

BOOST_AUTO_TEST_CASE(documents_of_json_are_checked_as_databases_are) {
  BOOST_TEST_CONTEXT("all is well") {
    Store store = Store::in_memory();
    BOOST_TEST(import_archive(store, json_archive(json_data(""))).nodes_new == 4u);
  }
  check_bad(json_archive(json_data("").substr(0, 200)), "data.json");
  check_bad(json_archive("[]"), "data.json");
  check_bad(json_archive("{}"), "/export_data");
  check_bad(json_archive(json_data("") + "\xFF"), "data.json");
  check_bad(json_archive(json_data(", \"more\": 1")), "/more: is no part of an archive");
  check_bad(json_archive(json_data(", \"links_uuid\": 1")), "/links_uuid");
  const std::string one = R"("00000000-0000-4000-8000-000000000001")", none = R"("00000000-0000-4000-8000-00000000000f")";
  const auto link = [&](const std::string& input, const std::string& output) {
    return json_archive(json_data(R"(, "links_uuid": [{"input": )" + input + R"(, "output": )" + output +
                                  R"(, "label": "a", "type": "create"}])"));
  };
  check_bad(link(one, none), "/links_uuid/0");
  check_bad(link(none, one), "no such node 00000000-0000-4000-8000-00000000000f");
  check_bad(link(one, one), "ends where it begins");
  check_bad(link(one, "7"), "/links_uuid/0/output: expected text");
  check_bad(json_archive(json_data(R"(, "groups_uuid": {)" + none + ": [" + one + "]}")), "the archive has no group");
  check_bad(json_archive(json_data("", "00000000-0000-4000-8000-000000000001")), "has the UUID of another one");
  check_bad(json_archive(json_data(""), "0.3"), "/export_version");
  check_bad(json_archive(json_data(""), "0.14"), "/export_version");
  std::string text = json_data("");
  text.replace(text.find(R"("node_attributes": {"1": {})"), 29, R"("node_attributes": {)");
  check_bad(json_archive(text), "/node_attributes/1: is missing");
}

BOOST_AUTO_TEST_CASE(nothing_is_left_beside_the_store) {
  const TemporaryDirectory directory;
  const char* const before = std::getenv("TMPDIR");
  const std::string kept = before == nullptr ? "" : before;
  ::setenv("TMPDIR", directory.path().c_str(), 1);
  Store store = Store::in_memory();
  BOOST_CHECK_THROW(import_archive(store, real_archive().substr(0, 40'000)), Error);
  exported_archive(store, import_archive(store, real_archive()).roots);
  before == nullptr ? ::unsetenv("TMPDIR") : ::setenv("TMPDIR", kept.c_str(), 1);
  BOOST_TEST(std::filesystem::is_empty(directory.path()));
}

BOOST_AUTO_TEST_CASE(a_run_that_was_made_for_a_refused_archive_is_gone) {
  Store store = Store::in_memory();
  BOOST_CHECK_THROW(import_archive(store, with_statements({"UPDATE db_dbnode SET uuid = 'x' WHERE id = 1"}), {.run = "new"}),
                    Error);
  BOOST_TEST(!store.find_run("new").has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace cairn::test
