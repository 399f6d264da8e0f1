#include "interchange/aiida/database.h"

#include <cairn/error.h>
#include <cairn/text.h>

#include <fmt/format.h>

#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <limits>

#include "interchange/json_reader.h"

namespace cairn::interchange::aiida {
namespace {

constexpr std::string_view kPlace = "db.sqlite3";

// In a URI, a few characters of a path mean something else.
std::string uri_of(const std::filesystem::path& path) {
  std::string uri = "file:";
  for (const char c : path.string())
    if (c == '?' || c == '#' || c == '%')
      uri += fmt::format("%{:02X}", static_cast<unsigned>(c));
    else
      uri += c;
  return uri + "?immutable=1";
}

sqlite3* opened(const std::string& name, int flags) {
  sqlite3* database = nullptr;
  if (const int result = ::sqlite3_open_v2(name.c_str(), &database, flags, nullptr); result != SQLITE_OK) {
    ::sqlite3_close_v2(database);
    throw Error(ErrorCode::io, fmt::format("open {}: {}", kPlace, ::sqlite3_errstr(result)));
  }
  return database;
}

}  // namespace

Database::Database(sqlite3* database, bool is_read) : database_(database, ::sqlite3_close_v2), is_read_(is_read) {}

Database Database::open(const std::filesystem::path& path, std::uint64_t value_bytes_max) {
  Database database(opened(uri_of(path), SQLITE_OPEN_READONLY | SQLITE_OPEN_URI), true);
  sqlite3* const to = database.database_.get();
  ::sqlite3_db_config(to, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  ::sqlite3_db_config(to, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  ::sqlite3_db_config(to, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
  ::sqlite3_db_config(to, SQLITE_DBCONFIG_ENABLE_VIEW, 0, nullptr);
  ::sqlite3_limit(to, SQLITE_LIMIT_LENGTH,
                  static_cast<int>(std::min<std::uint64_t>(value_bytes_max, std::numeric_limits<int>::max())));
  database.run("PRAGMA cell_size_check = ON");
  database.run("PRAGMA ignore_check_constraints = ON");  // they are expressions of the file's own
  Statement check = database.prepare("PRAGMA quick_check(1)");
  check.step(kPlace);
  if (const Value found = check.column(0); found != Value("ok")) {
    const auto* text = found.get_if<std::string>();
    throw_bad(kPlace, fmt::format("the database is damaged: {}", printable(text == nullptr ? "it cannot be checked" : *text)));
  }
  return database;
}

Database Database::create(const std::filesystem::path& path) {
  Database database(opened(path.string(), SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE), false);
  for (const char* pragma : {"page_size = 4096", "journal_mode = OFF", "synchronous = OFF", "locking_mode = EXCLUSIVE"})
    database.run(fmt::format("PRAGMA {}", pragma));
  return database;
}

void Database::throw_problem(std::string_view place) const {
  const int code = ::sqlite3_errcode(database_.get()) & 0xFF;
  const std::string problem = ::sqlite3_errmsg(database_.get());
  if (is_read_ && code == SQLITE_TOOBIG) throw Error(ErrorCode::limit, fmt::format("{}: {}", place, printable(problem)));
  if (is_read_) throw_bad(place, fmt::format("the database cannot be read: {}", printable(problem)));
  if (code == SQLITE_CONSTRAINT) throw Error(ErrorCode::conflict, fmt::format("write {}: {}", place, problem));
  throw Error(code == SQLITE_FULL ? ErrorCode::no_space : ErrorCode::io, fmt::format("write {}: {}", place, problem));
}

Statement Database::prepare(const std::string& sql) {
  sqlite3_stmt* statement = nullptr;
  if (::sqlite3_prepare_v2(database_.get(), sql.c_str(), static_cast<int>(sql.size()), &statement, nullptr) != SQLITE_OK)
    throw_problem(kPlace);
  return Statement(*this, statement);
}

void Database::run(const std::string& sql) {
  Statement statement = prepare(sql);
  while (statement.step(kPlace)) {
  }
}

void Database::close() { database_.reset(); }

Statement::Statement(const Database& database, sqlite3_stmt* statement)
    : database_(&database), statement_(statement, ::sqlite3_finalize) {}

bool Statement::step(std::string_view place) {
  const int result = ::sqlite3_step(statement_.get());
  if (result != SQLITE_ROW && result != SQLITE_DONE) database_->throw_problem(place);
  return result == SQLITE_ROW;
}

Value Statement::column(int index) const {
  sqlite3_stmt* const from = statement_.get();
  switch (::sqlite3_column_type(from, index)) {
    case SQLITE_INTEGER:
      return static_cast<std::int64_t>(::sqlite3_column_int64(from, index));
    case SQLITE_FLOAT:
      return ::sqlite3_column_double(from, index);
    case SQLITE_TEXT: {
      const unsigned char* text = ::sqlite3_column_text(from, index);
      return std::string(reinterpret_cast<const char*>(text), static_cast<std::size_t>(::sqlite3_column_bytes(from, index)));
    }
    case SQLITE_BLOB: {
      const auto* bytes = static_cast<const std::byte*>(::sqlite3_column_blob(from, index));
      return Bytes(bytes, bytes + ::sqlite3_column_bytes(from, index));
    }
    default:
      return {};
  }
}

int Statement::column_count() const { return ::sqlite3_column_count(statement_.get()); }

std::string Statement::column_name(int index) const {
  const char* name = ::sqlite3_column_name(statement_.get(), index);
  return name == nullptr ? std::string() : name;
}

void Statement::bind(int number, const Value& value) {
  sqlite3_stmt* const to = statement_.get();
  int result = SQLITE_MISUSE;
  if (value.is<std::monostate>())
    result = ::sqlite3_bind_null(to, number);
  else if (const auto* integer = value.get_if<std::int64_t>())
    result = ::sqlite3_bind_int64(to, number, *integer);
  else if (const bool* flag = value.get_if<bool>())
    result = ::sqlite3_bind_int(to, number, *flag ? 1 : 0);
  else if (const auto* text = value.get_if<std::string>())
    result = ::sqlite3_bind_text64(to, number, text->data(), text->size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  if (result != SQLITE_OK) throw Error(ErrorCode::internal, fmt::format("write {}: {}", kPlace, ::sqlite3_errstr(result)));
}

void Statement::run() {
  step(kPlace);
  ::sqlite3_reset(statement_.get());
  ::sqlite3_clear_bindings(statement_.get());
}

}  // namespace cairn::interchange::aiida
