// Archives of AiiDA as tests make and compare them.
#pragma once

#include <cairn/cairn.h>
#include <cairn/plain_json.h>

#include <boost/test/unit_test.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "interchange/aiida/database.h"
#include "interchange/aiida/database_writer.h"
#include "interchange/aiida/terms.h"
#include "interchange/aiida/zip_reader.h"
#include "interchange/aiida/zip_writer.h"
#include "interchange/json_writer.h"
#include "interchange/sha256.h"
#include "support/temporary_directory.h"

namespace cairn::test {

using Members = std::vector<std::pair<std::string, std::string>>;  // names and bytes, in order

inline std::string read_bytes(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  BOOST_REQUIRE_MESSAGE(file.good(), path.string());
  return {std::istreambuf_iterator<char>(file), {}};
}

inline std::string aiida_fixture(const std::string& name) {
  return read_bytes(std::filesystem::path(CAIRN_SOURCE_DIR) / "tests/fixtures/aiida" / name);
}

inline std::string real_archive() { return aiida_fixture("export_main_0001_simple.aiida"); }

inline Members unzipped(const std::string& bytes) {
  std::istringstream in(bytes);
  interchange::aiida::ZipReader reader(in, interchange::aiida::ArchiveForm::zip);
  Members members;
  while (reader.next())
    if (reader.kind() == interchange::aiida::MemberKind::file) {
      std::string name = reader.name();
      members.emplace_back(std::move(name), reader.read_text(UINT64_MAX));
    }
  return members;
}

inline std::string zipped(const Members& members, int level = 6) {
  std::ostringstream out;
  interchange::aiida::ZipWriter writer(out, level);
  for (const auto& [name, bytes] : members) {
    writer.begin(name, bytes.size());
    writer.write(std::as_bytes(std::span(bytes)));
  }
  writer.close();
  return out.str();
}

inline std::string& member(Members& members, std::string_view name) {
  const auto found = std::ranges::find(members, name, &Members::value_type::first);
  BOOST_REQUIRE_MESSAGE(found != members.end(), name);
  return found->second;
}

inline void drop_member(Members& members, std::string_view name) {
  BOOST_REQUIRE(std::erase_if(members, [&](const auto& one) { return one.first == name; }) == 1);
}

/// The database after the statements.
inline std::string edited_database(const std::string& bytes, const std::vector<std::string>& statements) {
  const TemporaryDirectory directory;
  const auto path = directory.path() / "db.sqlite3";
  std::ofstream(path, std::ios::binary) << bytes;
  auto database = interchange::aiida::Database::create(path);
  for (const std::string& statement : statements) database.run(statement);
  database.close();
  return read_bytes(path);
}

/// The archive whose database has been changed so.
inline std::string edited_archive(const std::string& archive, const std::vector<std::string>& statements) {
  Members members = unzipped(archive);
  std::string& database = member(members, "db.sqlite3");
  database = edited_database(database, statements);
  return zipped(members);
}

inline Members real_members() {
  Members members = unzipped(real_archive());
  std::erase_if(members, [](const auto& one) { return one.first.starts_with("__MACOSX"); });
  return members;
}

/// All that an archive says, whatever its ids and the order of its rows: a line for each row, and each other member.
inline std::multiset<std::string> said(const std::string& archive) {
  static const std::map<std::string, std::string> kQuestions = {
      {"user", "SELECT email, first_name, last_name, institution FROM db_dbuser"},
      {"computer", "SELECT uuid, label, hostname, description, scheduler_type, transport_type, metadata FROM db_dbcomputer"},
      {"authinfo",
       "SELECT u.email, c.uuid, a.metadata, a.auth_params, a.enabled FROM db_dbauthinfo a JOIN db_dbuser u ON "
       "u.id = a.aiidauser_id JOIN db_dbcomputer c ON c.id = a.dbcomputer_id"},
      {"node",
       "SELECT n.uuid, n.node_type, n.process_type, n.label, n.description, n.ctime, n.mtime, n.attributes, n.extras, "
       "n.repository_metadata, c.uuid, u.email FROM db_dbnode n LEFT JOIN db_dbcomputer c ON c.id = n.dbcomputer_id "
       "LEFT JOIN db_dbuser u ON u.id = n.user_id"},
      {"group",
       "SELECT g.uuid, g.label, g.type_string, g.time, g.description, g.extras, u.email FROM db_dbgroup g LEFT JOIN "
       "db_dbuser u ON u.id = g.user_id"},
      {"member",
       "SELECT g.uuid, n.uuid FROM db_dbgroup_dbnodes m JOIN db_dbgroup g ON g.id = m.dbgroup_id JOIN db_dbnode n ON "
       "n.id = m.dbnode_id"},
      {"comment",
       "SELECT m.uuid, n.uuid, m.ctime, m.mtime, u.email, m.content FROM db_dbcomment m JOIN db_dbnode n ON n.id = "
       "m.dbnode_id JOIN db_dbuser u ON u.id = m.user_id"},
      {"log",
       "SELECT l.uuid, l.time, l.loggername, l.levelname, n.uuid, l.message, l.metadata FROM db_dblog l JOIN db_dbnode n ON "
       "n.id = l.dbnode_id"},
      {"link",
       "SELECT i.uuid, o.uuid, l.label, l.type FROM db_dblink l JOIN db_dbnode i ON i.id = l.input_id JOIN db_dbnode o ON "
       "o.id = l.output_id"},
  };
  std::multiset<std::string> all;
  const TemporaryDirectory directory;
  for (const auto& [name, bytes] : unzipped(archive)) {
    if (name == "metadata.json") {
      all.insert(name + " " + interchange::json_line(from_plain_json(bytes)));
    } else if (name == "db.sqlite3") {
      std::ofstream(directory.path() / name, std::ios::binary) << bytes;
      auto database = interchange::aiida::Database::open(directory.path() / name, 1u << 30);
      for (const auto& [what, question] : kQuestions) {
        auto rows = database.prepare(question);
        while (rows.step(what)) {
          std::string line = what;
          for (int i = 0; i < rows.column_count(); ++i) {
            Value value = rows.column(i);
            if (const auto* text = value.get_if<std::string>(); text != nullptr && (text->starts_with("{") || text->starts_with("[")))
              value = from_plain_json(*text);
            line += " " + interchange::json_line(value);
          }
          all.insert(line);
        }
      }
    } else if (!name.starts_with("__MACOSX")) {
      interchange::Sha256 hash;
      hash.add(bytes);
      all.insert(name + " " + interchange::hexadecimal(hash.finish()));
    }
  }
  return all;
}

/// As `said`, with what only one of them says, for messages.
inline std::string said_difference(const std::string& a, const std::string& b) {
  const auto first = said(a), second = said(b);
  std::string text;
  for (const std::string& line : first)
    if (first.count(line) != second.count(line)) text += "- " + line.substr(0, 400) + "\n";
  for (const std::string& line : second)
    if (first.count(line) != second.count(line)) text += "+ " + line.substr(0, 400) + "\n";
  return text;
}

inline ImportReport import_archive(Store& store, const std::string& bytes, const ImportOptions& options = {}) {
  std::istringstream in(bytes);
  return import_document(store, "aiida", in, options);
}

inline std::string exported_archive(const Store& store, const std::vector<Uuid>& nodes, const ExportOptions& options = {}) {
  std::ostringstream out;
  export_document(store, "aiida", nodes, out, options);
  return out.str();
}

/// What the oracle's changed archives came from: a calculation with inputs and outputs, a workflow that called it, and files.
inline constexpr const char* kCode = "c1879cbe-8f6f-4343-b3f7-df8ecbd4d403";
inline constexpr const char* kCalculation = "3b429fd4-601c-4473-add5-7cbb76cf38cb";
inline constexpr const char* kRetrieved = "f75aaf40-f952-488c-be84-488a183a03d4";
inline constexpr const char* kOutput = "b4197406-cf07-4c89-a6da-a1f6ec75ab80";

inline constexpr const char* kWorkflow = "00000000-0000-4000-8000-000000000001";  ///< of full_archive()

/// The real archive with one of everything that it has not.
inline std::string full_archive() {
  return edited_archive(
      real_archive(),
      {"INSERT INTO db_dbnode (id, uuid, node_type, process_type, label, description, ctime, mtime, attributes, extras, "
       "repository_metadata, dbcomputer_id, user_id) VALUES (1, '00000000-0000-4000-8000-000000000001', "
       "'process.workflow.workchain.WorkChainNode.', 'aiida.workflows:bands', 'flow', '', '2020-01-01 00:00:00.000001', "
       "'2020-01-02 00:00:00.000000', "
       R"('{"process_state": "finished", "exit_status": 11, "exit_message": "no", "checkpoints": "!!python/name:posix.getpid ''''", "big": 123456789012345678901234567890, "zero": -0.0, "one": 1.0}', )"
       R"('{"_aiida_hash": "ab"}', '{"o": {"empty": {}, "sub": {"o": {"f": {"k": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}}}}}', NULL, 2))",
       "INSERT INTO db_dbuser VALUES (2, 'b@example.org', 'B', '', '')",
       "INSERT INTO db_dbauthinfo VALUES (1, 1, 1, '{}', '{\"port\": 22}', 1)",
       "INSERT INTO db_dbgroup_dbnodes VALUES (1, 837, 50), (2, 1, 50)",
       "INSERT INTO db_dbcomment VALUES (1, '00000000-0000-4000-8000-000000000003', 837, '2020-01-01 00:00:00.000000', "
       "'2020-01-01 00:00:00.000000', 2, 'well')",
       "INSERT INTO db_dblog VALUES (1, '00000000-0000-4000-8000-000000000004', '2020-01-01 00:00:00.000000', 'aiida', "
       "'ERROR', 1, "
       "'failed', '{\"a\": [1]}')",
       "INSERT INTO db_dblink (id, input_id, output_id, label, type) VALUES (101, 837, 1, 'code', 'input_work'), (102, 1, "
       "28266, "
       "'CALL', 'call_calc'), (103, 1, 28269, 'result', 'return')"});
}

/// A link of small_archive(), between nodes by number.
struct SmallLink {
  std::int64_t input, output;
  std::string label, type;
};

/// The database of nodes of these types, numbered from 1, with links.
inline std::string small_database(const std::vector<std::string>& types, const std::vector<SmallLink>& links) {
  using namespace interchange::aiida;
  const TemporaryDirectory directory;
  const auto path = directory.path() / "db.sqlite3";
  DatabaseWriter writer(path);
  writer.add(term_of(Table::user), 1, {"a@example.org", "", "", ""});
  for (std::size_t i = 1; i <= types.size(); ++i)
    writer.add(term_of(Table::node), static_cast<std::int64_t>(i),
               {fmt::format("00000000-0000-4000-8000-{:012}", i),
                types[i - 1],
                {},
                "",
                "",
                "2020-01-01 00:00:00.000000",
                "2020-01-01 00:00:00.000000",
                Map{{"sealed", true}},
                Map(),
                Map(),
                {},
                1});
  for (const SmallLink& link : links) writer.add_link(link.input, link.output, link.label, link.type);
  writer.close();
  return read_bytes(path);
}

inline std::string small_archive(const std::vector<std::string>& types, const std::vector<SmallLink>& links) {
  return zipped({{"metadata.json",
                  R"({"export_version": "main_0001", "aiida_version": "2.9.0", "key_format": "sha256", "compression": 6})"},
                 {"db.sqlite3", small_database(types, links)}});
}

/// An archive of JSON that holds this.
inline std::string json_archive(const std::string& data, const std::string& version = "0.9") {
  return zipped({{"metadata.json", fmt::format(R"({{"aiida_version": "1.0.0", "export_version": "{}"}})", version)},
                 {"data.json", data}});
}

inline Uuid uuid_from(const char* text) { return Uuid::parse(text).value(); }

inline bool has_report_item(const ImportReport& report, Outcome outcome, std::string_view place, std::string_view what = {}) {
  return std::ranges::any_of(report.items, [&](const ReportItem& item) {
    return item.outcome == outcome && item.place.find(place) != std::string::npos && item.what.find(what) != std::string::npos;
  });
}

}  // namespace cairn::test
