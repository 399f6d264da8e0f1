#include "interchange/aiida/database_source.h"

#include <cairn/error.h>
#include <cairn/text.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "interchange/json_reader.h"

namespace cairn::interchange::aiida {
namespace {

constexpr std::string_view kLinks = "db_dblink";
constexpr std::string_view kMembers = "db_dbgroup_dbnodes";
constexpr std::string_view kSettings = "db_dbsetting";
constexpr std::string_view kSchemaVersion = "alembic_version";  // says what metadata.json says

std::string place_in(std::string_view table, std::int64_t id) { return fmt::format("/{}/{}", table, id); }

std::string quoted_name(std::string_view name) {
  std::string text = "\"";
  for (const char c : name) text += c == '"' ? "\"\"" : std::string(1, c);
  return text + '"';
}

std::vector<std::string> columns_of(const TableTerm& table) {
  std::vector<std::string> names{"id"};
  for (const Column& column : table.columns) names.emplace_back(column.name);
  return names;
}

std::string text_in(const Value& value, const std::string& place) {
  const auto* text = value.get_if<std::string>();
  if (text == nullptr) throw_bad(place, fmt::format("expected text, got {}", value.kind_name()));
  return *text;
}

std::int64_t id_in(const Value& value, const std::string& place) {
  const auto* id = value.get_if<std::int64_t>();
  if (id == nullptr) throw_bad(place, fmt::format("expected an id, got {}", value.kind_name()));
  return *id;
}

}  // namespace

DatabaseSource::DatabaseSource(const std::filesystem::path& path, const ImportOptions& options, std::vector<ReportItem>& items,
                               const Refuse& refuse)
    : options_(options), items_(items), database_(Database::open(path, options.document_bytes_max)) {
  check_programs(refuse);
  check_tables(refuse);
}

// None of them is run, whatever becomes of the import.
void DatabaseSource::check_programs(const Refuse& refuse) {
  Statement list = database_.prepare("SELECT name, type FROM sqlite_schema WHERE type IN ('trigger', 'view') ORDER BY name");
  while (list.step("/sqlite_schema"))
    refuse(pointer_to("", text_in(list.column(0), "/sqlite_schema")),
           fmt::format("is a {}: archives have none, and it is left out", text_in(list.column(1), "/sqlite_schema")));
}

void DatabaseSource::check_tables(const Refuse& refuse) {
  std::set<std::string> missing{std::string(kLinks), std::string(kMembers)};
  for (const TableTerm& table : table_terms()) missing.emplace(table.name);
  const std::set<std::string> known = missing;
  std::vector<std::string> others;
  Statement list = database_.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'table' ORDER BY name");
  while (list.step("/sqlite_schema")) {
    const std::string name = text_in(list.column(0), "/sqlite_schema");
    if (known.contains(name)) {
      const std::string sql = text_in(list.column(1), "/sqlite_schema");
      if (sql.starts_with("CREATE VIRTUAL")) throw_bad("/" + name, "is a virtual table");
      missing.erase(name);
    } else if (name == kSettings) {
      has_settings_ = true;
    } else if (!name.starts_with("sqlite_") && name != kSchemaVersion) {
      others.push_back(name);
    }
  }
  if (!missing.empty()) throw_bad("/" + *missing.begin(), "the database has no such table");
  for (const TableTerm& table : table_terms()) check_columns(std::string(table.name), columns_of(table), refuse);
  check_columns(std::string(kLinks), {"id", "input_id", "output_id", "label", "type"}, refuse);
  check_columns(std::string(kMembers), {"id", "dbnode_id", "dbgroup_id"}, refuse);
  for (const std::string& name : others) {
    Statement count = database_.prepare(fmt::format("SELECT count(*) FROM {}", quoted_name(name)));
    count.step("/" + name);
    if (const Value rows = count.column(0); rows != Value(0))
      refuse(pointer_to("", name),
             fmt::format("is no table of an archive: its {} rows are left out", *rows.get_if<std::int64_t>()));
  }
}

void DatabaseSource::check_columns(const std::string& table, const std::vector<std::string>& expected, const Refuse& refuse) {
  std::set<std::string> missing(expected.begin(), expected.end());
  std::vector<std::string> others;
  Statement list = database_.prepare(fmt::format("SELECT name FROM pragma_table_info('{}')", table));
  while (list.step("/" + table)) {
    std::string name = text_in(list.column(0), "/" + table);
    if (missing.erase(name) == 0) others.push_back(std::move(name));
  }
  if (!missing.empty()) throw_bad("/" + table, fmt::format("has no column {}", *missing.begin()));
  for (const std::string& name : others) {
    Statement count = database_.prepare(fmt::format("SELECT count({}) FROM {}", quoted_name(name), table));
    count.step("/" + table);
    if (const Value values = count.column(0); values != Value(0))
      refuse("/" + table, fmt::format("{} is no column of an archive: its {} values are left out", printable(name),
                                      *values.get_if<std::int64_t>()));
  }
}

Value DatabaseSource::value_of(const Column& column, Value raw, const std::string& place) {
  if (column.kind == ColumnKind::json && !raw.is<std::monostate>()) {
    const std::string here = pointer_to(place, column.name);
    // The column's type makes numbers of texts that look like them.
    const auto* text = raw.get_if<std::string>();
    if (text == nullptr && !raw.is<std::int64_t>() && !raw.is<double>())
      throw_bad(here, fmt::format("expected JSON, got {}", raw.kind_name()));
    if (const auto* real = raw.get_if<double>(); real != nullptr && !std::isfinite(*real) && !options_.allow_nonfinite)
      throw_bad(here, "expected JSON, got a number that it has no text for");
    try {
      if (text != nullptr) raw = from_plain_json(*text, {.allow_nonfinite = options_.allow_nonfinite});
    } catch (const Error& error) {
      throw Error(error.code(), fmt::format("{}: {}", here, error.what()));
    }
  }
  return checked(column, std::move(raw), place, items_);
}

void DatabaseSource::read(const TableTerm& table, const std::function<void(Row&)>& visit) {
  Statement rows =
      database_.prepare(fmt::format("SELECT {} FROM {} ORDER BY id", fmt::join(columns_of(table), ", "), table.name));
  Row row;
  const std::string all = fmt::format("/{}", table.name);
  while (rows.step(all)) {
    row.id = id_in(rows.column(0), all);
    const std::string place = place_of(table, row.id);
    row.values.clear();
    for (std::size_t i = 0; i < table.columns.size(); ++i)
      row.values.push_back(value_of(table.columns[i], rows.column(static_cast<int>(i) + 1), place));
    visit(row);
  }
}

void DatabaseSource::read_members(const std::function<void(const MemberRow&)>& visit) {
  Statement rows = database_.prepare(fmt::format("SELECT id, dbgroup_id, dbnode_id FROM {} ORDER BY id", kMembers));
  while (rows.step(fmt::format("/{}", kMembers))) {
    MemberRow row;
    row.place = place_in(kMembers, id_in(rows.column(0), std::string(kMembers)));
    row.group = id_in(rows.column(1), row.place);
    row.node = id_in(rows.column(2), row.place);
    row.group_text = std::to_string(*row.group);
    row.node_text = std::to_string(*row.node);
    visit(row);
  }
}

void DatabaseSource::read_links(const std::function<void(const LinkRow&)>& visit) {
  Statement rows = database_.prepare(fmt::format("SELECT id, input_id, output_id, label, type FROM {} ORDER BY id", kLinks));
  LinkRow row;
  while (rows.step(fmt::format("/{}", kLinks))) {
    row.place = place_in(kLinks, id_in(rows.column(0), std::string(kLinks)));
    row.input = id_in(rows.column(1), row.place);
    row.output = id_in(rows.column(2), row.place);
    row.input_text = std::to_string(*row.input);
    row.output_text = std::to_string(*row.output);
    row.label = text_in(rows.column(3), row.place);
    row.type = text_in(rows.column(4), row.place);
    visit(row);
  }
}

List DatabaseSource::settings() {
  List settings;
  if (!has_settings_) return settings;
  Statement rows = database_.prepare(fmt::format("SELECT * FROM {} ORDER BY key", kSettings));
  while (rows.step(fmt::format("/{}", kSettings))) {
    Map setting;
    for (int i = 0; i < rows.column_count(); ++i)
      if (const std::string name = rows.column_name(i); name != "id") setting.put(name, rows.column(i));
    settings.emplace_back(std::move(setting));
  }
  return settings;
}

std::string DatabaseSource::place_of(const TableTerm& table, std::int64_t id) const { return place_in(table.name, id); }

}  // namespace cairn::interchange::aiida
