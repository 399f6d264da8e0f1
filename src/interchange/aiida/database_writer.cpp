#include "interchange/aiida/database_writer.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include "interchange/aiida/schema.h"
#include "interchange/json_writer.h"

namespace cairn::interchange::aiida {
namespace {

std::string insertion_into(const TableTerm& table) {
  std::string names = "id", places = "?";
  for (const Column& column : table.columns) {
    names += fmt::format(", {}", column.name);
    places += ", ?";
  }
  return fmt::format("INSERT INTO {} ({}) VALUES ({})", table.name, names, places);
}

}  // namespace

DatabaseWriter::DatabaseWriter(const std::filesystem::path& path) : database_(Database::create(path)) {
  database_.run("BEGIN");
  for (const char* statement : table_statements()) database_.run(statement);
  for (const TableTerm& table : table_terms()) tables_.push_back(database_.prepare(insertion_into(table)));
  links_ = database_.prepare("INSERT INTO db_dblink (id, input_id, output_id, label, type) VALUES (?, ?, ?, ?, ?)");
  members_ = database_.prepare("INSERT INTO db_dbgroup_dbnodes (id, dbnode_id, dbgroup_id) VALUES (?, ?, ?)");
  settings_ = database_.prepare("INSERT INTO db_dbsetting (id, key, val, description, time) VALUES (?, ?, ?, ?, ?)");
}

void DatabaseWriter::add(const TableTerm& table, std::int64_t id, const std::vector<Value>& values) {
  Statement& statement = tables_[static_cast<std::size_t>(table.table)];
  statement.bind(1, id);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const bool is_json = table.columns[i].kind == ColumnKind::json && !values[i].is<std::monostate>();
    statement.bind(static_cast<int>(i) + 2, is_json ? Value(json_line(values[i], Nonfinite::bare)) : values[i]);
  }
  statement.run();
  ++row_count_;
}

void DatabaseWriter::add_link(std::int64_t input, std::int64_t output, std::string_view label, std::string_view type) {
  int number = 0;
  for (const Value& value : {Value(++link_count_), Value(input), Value(output), Value(label), Value(type)})
    links_->bind(++number, value);
  links_->run();
  ++row_count_;
}

void DatabaseWriter::add_member(std::int64_t group, std::int64_t node) {
  int number = 0;
  for (const Value& value : {Value(++member_count_), Value(node), Value(group)}) members_->bind(++number, value);
  members_->run();
  ++row_count_;
}

void DatabaseWriter::add_setting(const Map& setting) {
  int number = 0;
  settings_->bind(++number, ++setting_count_);
  for (const char* name : {"key", "val", "description", "time"}) {
    const Value* value = setting.find(name);
    settings_->bind(++number, value == nullptr ? Value() : *value);
  }
  settings_->run();
  ++row_count_;
}

void DatabaseWriter::close() {
  tables_.clear();
  links_.reset();
  members_.reset();
  settings_.reset();
  for (const char* statement : index_statements()) database_.run(statement);
  database_.run("COMMIT");
  {
    Statement check = database_.prepare("PRAGMA foreign_key_check");
    if (check.step("db.sqlite3")) throw Error(ErrorCode::internal, "write db.sqlite3: a row refers to one that is not there");
  }
  database_.close();
}

}  // namespace cairn::interchange::aiida
