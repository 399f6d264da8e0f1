// Keeps a full disk from doing harm: a check before each commit, and a ballast file to let go of.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <string_view>

#include "base/file.h"

namespace cairn::engine {

/// What is kept back for a store: two sets of RocksDB's tables in memory, or one compaction of them.
inline constexpr std::uint64_t kBallastBytes = 32u << 20;

/// Debian's RocksDB aborts the process in some cases where the file system says ENOSPC to it, so it must never be
/// told. The ballast is real blocks that are given back when a write of RocksDB finds no room; until there is room
/// for it again, no new commit is let in. An eighth of it is for logs alone: else a compaction that takes all of it would leave
/// none for a commit that was let in before, and nobody would know what became of that. Thread-safe.
class SpaceGuard {
 public:
  /// Who finds no room.
  enum class Use : std::uint8_t {
    table,
    log,  ///< of commits, the manifest, and whatever else is small
  };

  /// Claims the ballast file in `directory`: `bytes`, or a quarter of the free space if that is less; but never less
  /// than it was, even if it was given back before.
  SpaceGuard(const std::filesystem::path& directory, std::uint64_t bytes);

  /// Throws no_space unless `bytes` more fit, with a margin, and the ballast is in place. So must `unwritten` bytes, which RocksDB
  /// may write meanwhile and may take what the ballast has for tables. `doing` is for the message.
  void require(std::uint64_t bytes, std::uint64_t unwritten, std::string_view doing);

  /// How often some of the ballast was given back. To be asked before an attempt that may find no room.
  std::uint64_t releases() const { return releases_; }

  /// Gives back of the ballast what is left and meant for that use; true, too, if another thread has done that since `seen` was
  /// asked. False if there is nothing left to give, so that a new attempt is of no use.
  bool release(std::uint64_t seen, Use use);

 private:
  bool claim();
  bool give_back(std::uint64_t from);

  const std::filesystem::path directory_;
  const base::File file_;
  const std::uint64_t wanted_;
  mutable std::mutex mutex_;
  std::uint64_t held_ = 0;  // bytes from the beginning of the file on: all, what is for logs, or none
  std::atomic<std::uint64_t> releases_ = 0;
};

}  // namespace cairn::engine
