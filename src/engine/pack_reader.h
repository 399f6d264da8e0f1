// Reads blobs from pack files; keeps the files it has met open.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <span>
#include <vector>

#include "base/file.h"
#include "format/pack.h"

namespace cairn::engine {

/// Thread-safe.
class PackReader {
 public:
  explicit PackReader(std::filesystem::path directory) : directory_(std::move(directory)) {}

  /// The stored (perhaps compressed) bytes of a packed blob, after its record header was checked against
  /// `location` and `digest`. Throws damaged, naming file and offset.
  std::vector<std::byte> read(const format::BlobLocation& location, const Digest& digest) const;

  /// Has the disk begin to read what read() will be asked for soon: many such reads at a time take it as long as a few.
  void begin_to_read(const format::BlobLocation& location) const;

  /// Fills the front of `out` with what the page cache holds of the pack from `offset` on, without waiting for the disk.
  /// Returns the bytes it got: all, unless the pack ends or some are not in the cache.
  std::size_t read_cached(std::uint64_t pack, std::uint64_t offset, std::span<std::byte> out) const;

  /// The pack opened for O_DIRECT; empty if its file system has none. For whoever reads much of it.
  std::shared_ptr<const base::File> direct_file(std::uint64_t pack) const;

  /// The pack is gone, or about to be: its file is not kept open any more.
  void forget(std::uint64_t pack) const;
  /// Forgets those that have no name any more.
  void forget_removed() const;

 private:
  std::shared_ptr<base::File> file(std::uint64_t pack) const;

  const std::filesystem::path directory_;
  mutable std::shared_mutex mutex_;
  mutable std::map<std::uint64_t, std::shared_ptr<base::File>> files_;
};

/// True if `header` is that of the blob `digest` as the index describes it.
bool is_record_of(const format::RecordHeader& header, const format::BlobLocation& location, const Digest& digest);

}  // namespace cairn::engine
