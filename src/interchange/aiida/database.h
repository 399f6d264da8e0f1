// SQLite databases of archives.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include <cairn/value.h>

struct sqlite3;
struct sqlite3_stmt;

namespace cairn::interchange::aiida {

class Statement;

/// An open database. Not thread-safe. What SQLite refuses is thrown as bad_document or limit
/// while reading, as io, no_space or conflict (what must be unique is not) while writing.
class Database {
 public:
  /// For reading alone; nothing that the file says is run. Checks its structure. No value has more than `value_bytes_max`.
  static Database open(const std::filesystem::path& path, std::uint64_t value_bytes_max);
  /// A new one. Nothing is durable, and there is no way back.
  static Database create(const std::filesystem::path& path);

  Statement prepare(const std::string& sql);
  void run(const std::string& sql);
  void close();

 private:
  friend class Statement;
  Database(sqlite3* database, bool is_read);
  [[noreturn]] void throw_problem(std::string_view place) const;

  std::shared_ptr<sqlite3> database_;
  bool is_read_ = true;
};

/// One statement with its parameters and rows. Lives no longer than its database.
class Statement {
 public:
  /// The next row, false if there is none. `place` is for messages.
  bool step(std::string_view place);
  /// A column of the row: null, integer, real, text, or bytes, also of text that is not UTF-8.
  Value column(int index) const;
  int column_count() const;
  std::string column_name(int index) const;

  /// Parameters are numbered from 1. Null, boolean, integer, text.
  void bind(int number, const Value& value);
  /// Runs it once with the parameters it has, and makes it ready for others.
  void run();

 private:
  friend class Database;
  Statement(const Database& database, sqlite3_stmt* statement);

  const Database* database_;
  std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> statement_;
};

}  // namespace cairn::interchange::aiida
