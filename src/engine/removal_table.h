// RemovalTable: rows that go, as a table beside those of the database, to be taken in by a commit.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <rocksdb/sst_file_writer.h>

#include "engine/disk_core.h"
#include "engine/table_commit.h"

namespace cairn::engine {

/// What no commit has taken in is removed with the object, or when the store is opened next.
class RemovalTable {
 public:
  RemovalTable(DiskCore& core, Family family) : core_(core), family_(family) {}
  ~RemovalTable();
  RemovalTable(const RemovalTable&) = delete;

  /// Keys ascend. Throws no_space, io.
  void add(std::string_view key);
  /// Ends the table and syncs it; empty if nothing was added.
  std::optional<StagedTable> finish();

 private:
  void open();

  DiskCore& core_;
  const Family family_;
  std::string path_;
  std::unique_ptr<rocksdb::SstFileWriter> writer_;
  std::uint64_t unasked_ = 0;  // rows since room was asked for
};

}  // namespace cairn::engine
