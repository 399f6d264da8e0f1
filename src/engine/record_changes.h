// What turns the records of one database into those of another.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <rocksdb/sst_file_writer.h>

#include "engine/records.h"
#include "engine/space_guard.h"
#include "engine/table_commit.h"

namespace cairn::engine {

/// A row that is not the same in both. `before` and `after` are empty where there is none, and live until the call returns.
struct RowChange {
  Family family;
  std::string_view key;
  std::optional<std::string_view> before, after;
};

/// Calls `visit` for each, by family and in order of key. `reading` is how `after` is read. Cost: reads all rows of both.
void compare_records(const Records& before, const Records& after, const rocksdb::ReadOptions& reading,
                     const std::function<void(const RowChange&)>& visit);

/// Rows that are written to tables beside those of a database, which a commit takes in (see table_commit.h). What none has taken in
/// is removed with the object, or when the store is opened next.
class ChangeTables {
 public:
  /// `records` tell how tables are written.
  ChangeTables(const Records& records, std::filesystem::path directory, SpaceGuard& space);
  ~ChangeTables();
  ChangeTables(const ChangeTables&) = delete;

  /// In the order of compare_records(). An empty value takes the row out. Throws no_space, io.
  void add(Family family, std::string_view key, const std::optional<std::string_view>& value);
  /// Ends them. They are synced.
  const std::vector<StagedTable>& finish();

  std::uint64_t rows() const { return rows_; }
  std::uint64_t bytes() const { return bytes_; }

 private:
  void open(Family family);
  void close();

  const Records& records_;
  const std::filesystem::path directory_;
  SpaceGuard& space_;
  std::vector<StagedTable> tables_;
  std::unique_ptr<rocksdb::SstFileWriter> writer_;  // of the last table; null: none is open
  std::uint64_t rows_ = 0, bytes_ = 0;
  std::uint64_t unasked_ = 0;  // bytes since room was asked for
};

}  // namespace cairn::engine
