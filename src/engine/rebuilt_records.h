// RebuiltRecords: the records of a store made anew from its packs, beside those that it has.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <rocksdb/write_batch.h>

#include "engine/disk_core.h"
#include "engine/engine.h"
#include "engine/lock_file.h"

namespace cairn::engine {

/// What was found in all packs.
struct FoundInPacks {
  std::uint64_t pack_count = 0;
  std::uint64_t bytes = 0;         ///< of the packs
  std::uint64_t broken_count = 0;  ///< as PackSearch::broken_count
  std::vector<std::string> problems = {};  ///< of whole packs or segments, in words, with the file
};

/// Nobody else writes to the store meanwhile: `lock` is held. They are made in the directory `db.building` of the store, which is
/// removed unless put_in_place() comes to its end; a killed process leaves it, for the next one to remove. Not thread-safe. All
/// throw no_space and io.
class RebuiltRecords {
 public:
  /// Begins with none.
  RebuiltRecords(const std::filesystem::path& store, const format::Superblock& superblock, const LockFile& lock);
  ~RebuiltRecords();
  RebuiltRecords(const RebuiltRecords&) = delete;
  RebuiltRecords& operator=(const RebuiltRecords&) = delete;

  /// Enters all blobs of all packs, and where the packs end. `progress` gets bytes and may be empty. Cost: reads all packs. Of
  /// several copies of a blob, the last one counts.
  FoundInPacks add_packs(const std::function<void(std::uint64_t done, std::uint64_t total)>& progress);
  /// What is there by now.
  std::unique_ptr<View> view();
  /// Changes the cell as a commit does.
  void commit(CellId cell, const Edit& edit);

  /// Rows for whoever rebuilds, in order of key; none of them is there in the end. Empty if there is none.
  void add_note(std::string_view key, std::string_view value);
  std::optional<std::string> find_note(std::string_view key);
  /// Sees the notes that are there by now.
  std::unique_ptr<Cursor> notes();

  /// Makes all durable, and then the records of the store. Those that it had stay beside them; returns under which name, empty if
  /// it had none. A crash leaves the one or the other, or, where the file system cannot exchange two names, neither for a moment.
  std::filesystem::path put_in_place(const LockFile& lock);

 private:
  void write_when_full();
  void write();
  void remove_notes();
  void finish();

  const std::shared_ptr<DiskCore> core_;
  const std::filesystem::path directory_;
  rocksdb::WriteBatch batch_;
  std::unique_ptr<View> notes_view_;
  std::uint64_t commits_ = 0;
};

}  // namespace cairn::engine
