// Keeps a full disk from doing harm: a check before each commit, and a ballast file to let go of.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <string_view>

#include "base/file.h"

namespace cairn::engine {

/// Debian's RocksDB aborts the process in some cases where the file system says ENOSPC to it, so it must never be
/// told. The ballast is real blocks that are given back when a write of RocksDB finds no room; until there is room
/// for it again, no new commit is let in. Thread-safe.
class SpaceGuard {
 public:
  /// Claims the ballast file in `directory`: `bytes`, or a quarter of the free space if that is less; but never less
  /// than it was, even if it was given back before.
  SpaceGuard(const std::filesystem::path& directory, std::uint64_t bytes);

  /// Throws no_space unless `bytes` more fit, with a margin, and the ballast is in place. `doing` is for the message.
  void require(std::uint64_t bytes, std::string_view doing);

  /// How often the ballast was given back. To be asked before an attempt that may find no room.
  std::uint64_t releases() const { return releases_; }

  /// Gives the ballast back to the file system; true, too, if another thread has done that since `seen` was asked. False if
  /// there is nothing left to give, so that a new attempt is of no use.
  bool release(std::uint64_t seen);

 private:
  bool claim();

  const std::filesystem::path directory_;
  const base::File file_;
  const std::uint64_t wanted_;
  mutable std::mutex mutex_;
  std::uint64_t held_ = 0;
  std::atomic<std::uint64_t> releases_ = 0;
};

}  // namespace cairn::engine
