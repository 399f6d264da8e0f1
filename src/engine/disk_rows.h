// DiskRowStaging: rows of one commit, written to tables as they come, by threads of their own.
#pragma once

#include <array>
#include <filesystem>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <rocksdb/sst_file_writer.h>

#include "engine/disk_core.h"
#include "engine/table_commit.h"

namespace cairn::engine {

/// What the names of tables that no commit has taken in begin with.
inline constexpr std::string_view kStagedRowsPrefix = "rows-";

class DiskRowStaging : public RowStaging {
 public:
  explicit DiskRowStaging(std::shared_ptr<DiskCore> core);
  ~DiskRowStaging() override;

  void add_record(Record record, NodeId id, std::string_view value) override;
  void add_claim(std::string_view key, std::string_view owner) override;
  void add_index(std::string_view key, std::string_view value) override;

  /// Ends the table of a family, if it has one, and returns its path. It is synced.
  std::optional<std::string> finish(Family family);
  /// Ends all tables, and adds them to `tables`.
  void finish(std::vector<StagedTable>& tables);
  /// A claim among these that has an owner already. Nothing may be added after it.
  std::optional<std::string> find_owned_claim();

 private:
  struct Table {
    std::string path;
    std::unique_ptr<rocksdb::SstFileWriter> writer;  // null: ended
    std::string rows;                 // not written yet: the sizes of key and value, and both
    std::future<std::string> writing;  // of those before, whose memory it gives back
    std::uint64_t bytes_unasked = 0;  // added since room was asked for
  };

  void add(Family family, std::string_view key, std::string_view value);
  Table& open(Family family);
  void hand_over(Table& table);

  std::shared_ptr<DiskCore> core_;
  std::array<std::optional<Table>, kFamilyCount> tables_;
};

}  // namespace cairn::engine
