// The database of an archive that is written.
#pragma once

#include <cairn/value.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

#include "interchange/aiida/database.h"
#include "interchange/aiida/terms.h"

namespace cairn::interchange::aiida {

class DatabaseWriter {
 public:
  /// A new file with empty tables.
  explicit DatabaseWriter(const std::filesystem::path& path);

  /// Values in the order of the columns, references as ids.
  void add(const TableTerm& table, std::int64_t id, const std::vector<Value>& values);
  void add_link(std::int64_t input, std::int64_t output, std::string_view label, std::string_view type);
  void add_member(std::int64_t group, std::int64_t node);
  void add_setting(const Map& setting);
  std::uint64_t row_count() const { return row_count_; }
  /// Makes the indexes, and sees that every reference is to a row.
  void close();

 private:
  Database database_;
  std::vector<Statement> tables_;  // in order of Table
  std::optional<Statement> links_, members_, settings_;
  std::int64_t link_count_ = 0, member_count_ = 0, setting_count_ = 0;
  std::uint64_t row_count_ = 0;
};

}  // namespace cairn::interchange::aiida
