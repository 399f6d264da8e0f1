// The file `lock` of a store: who writes to it, how many commits it is known to hold, and how old a state may be to be whole.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "base/file.h"

namespace cairn::engine {

/// Held for as long as the store is open for writing; released by the kernel when the process ends, however it ends.
class LockFile {
 public:
  /// Takes the lock without waiting. Throws locked, naming the holder; io if the file system has no working flock.
  /// A lock file that has to be made gets `mode`.
  explicit LockFile(const std::filesystem::path& store, mode_t mode = 0600);

  /// The number of commits a writer has acknowledged, as far as it got to be written: it may lag, never lead.
  /// 0 if none is recorded.
  std::uint64_t witness() const;
  void set_witness(std::uint64_t commits) const;

  /// States of epochs before this one may lose bytes from now on.
  void set_freed_epoch(std::uint64_t epoch) const;
  const base::File& file() const { return file_; }

 private:
  base::File file_;
};

/// What set_freed_epoch() has recorded; 0 if nothing is.
std::uint64_t freed_epoch_in(const base::File& lock);

/// The witness of a store that another process may be writing; 0 if none is recorded.
std::uint64_t read_witness(const std::filesystem::path& store);

}  // namespace cairn::engine
