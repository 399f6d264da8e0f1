// BackupDirectory: where a backup is made, and the state that it shows until another one takes its place.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>

#include "engine/disk_core.h"
#include "engine/store_directory.h"
#include "engine/table_commit.h"

namespace cairn::engine {

namespace engine_key {
inline constexpr std::string_view kBackup = "backup";  // -> be64 commits, be64 time: what it shows if nobody has written to it
}

/// Commits of a state, and the next unused blob id.
struct CommittedState {
  std::uint64_t commits = 0;
  std::uint64_t next_blob = 1;
};
CommittedState committed_state(const Records& records, const rocksdb::ReadOptions& options = {});

/// A store that is written by backups alone; locked as by a writer for as long as this lives. What it shows changes in commit().
class BackupDirectory {
 public:
  /// Opens the backup at the path, or begins one; `source` is the store, with that many commits. Throws invalid_argument if the
  /// path is in the store, exists if something else is there, conflict if it was written to or is newer, and as opening a store.
  /// Nothing is changed then.
  BackupDirectory(const std::filesystem::path& path, const DiskCore& source, std::uint64_t source_commits);
  ~BackupDirectory();
  BackupDirectory(const BackupDirectory&) = delete;

  bool is_first() const { return is_first_; }
  const std::filesystem::path& path() const { return core_.path; }
  std::filesystem::path packs_path() const { return core_.packs_path(); }
  std::filesystem::path pack_path(std::uint64_t pack) const;
  std::filesystem::path records_path() const { return core_.records_path(); }
  mode_t file_mode() const { return core_.file_mode; }
  SpaceGuard& space() { return *core_.space; }
  const PackReader& packs() const { return *core_.packs; }

  /// What it shows.
  const Records& records() const { return *core_.records; }
  const CommittedState& shown() const { return shown_; }
  /// Bytes of the pack that it shows, as far as they are there; 0 if it has none.
  std::uint64_t end_of(std::uint64_t pack) const;

  /// Makes the packs' names durable, then shows what the tables make of the records: all or nothing. records() ends. Throws
  /// no_space, io, unknown_outcome.
  void commit(std::span<const StagedTable> tables, std::uint64_t commits, std::int64_t time);
  /// Removes packs that are not in `ends`, unless somebody looks at a state before that epoch, which had them. Returns their bytes.
  std::uint64_t remove_packs(const std::map<std::uint64_t, std::uint64_t>& ends, std::uint64_t epoch);
  /// Takes away what was copied and is not shown, since the disk is full; all, if nothing is shown yet.
  void give_up() noexcept;
 private:
  void begin(const DiskCore& source);
  void open();
  void check_shown(std::uint64_t source_commits) const;
  std::unique_ptr<Records> open_records(bool create, bool read_only);
  void find_ends();
  void cut_packs();
  void remove_ballast() noexcept;

  DiskCore core_;  // only what has to do with its files; the records are open for reading
  const format::Superblock source_;
  bool is_first_ = false;
  bool made_directory_ = false;
  CommittedState shown_;
  std::map<std::uint64_t, std::uint64_t> ends_;
};

}  // namespace cairn::engine
