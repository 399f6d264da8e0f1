// ReaderLock: how a reader in another process tells a collection which state of the store it looks at.
#pragma once

#include <cstdint>
#include <filesystem>

#include "base/file.h"

namespace cairn::engine {

/// A shared lock on the byte of the file `lock` that stands for an epoch. The kernel releases it when the process ends.
class ReaderLock {
 public:
  /// Where the file system has no such locks, or the file is missing, nothing is locked: the reader may then find its state expired.
  ReaderLock(const std::filesystem::path& store, std::uint64_t epoch);

  std::uint64_t epoch() const { return epoch_; }

 private:
  base::File file_;
  std::uint64_t epoch_;
};

/// Whether another process has locked an epoch from `first` on and before `behind`. `lock` is open for writing.
bool has_readers(const base::File& lock, std::uint64_t first, std::uint64_t behind);

/// States of epochs before this one may have lost bytes. 0 if nothing is recorded.
std::uint64_t read_freed_epoch(const std::filesystem::path& store);

}  // namespace cairn::engine
