// What of a pack nothing needs: whole blocks between the records that are left.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/file.h"

namespace cairn::engine {

/// Bytes of a pack.
struct Extent {
  std::uint64_t begin = 0, end = 0;

  friend bool operator==(const Extent&, const Extent&) = default;
};

/// Whole blocks before `end` in which nothing of `live` lies, and which still take room on the disk. `live` are records, in order.
/// The first block of each segment stays, so that the segments can be walked. From a damaged segment on nothing is free. Throws io.
std::vector<Extent> find_holes(const base::File& pack, std::uint64_t number, std::uint64_t store_id, std::span<const Extent> live,
                               std::uint64_t end);

/// Gives the blocks back to the file system. Returns what that came to in bytes: 0 if the file has other names, for which they may
/// be needed, or if the file system has no holes.
std::uint64_t punch_holes(const base::File& pack, std::span<const Extent> holes);

/// What the file takes on the disk.
std::uint64_t allocated_bytes(const base::File& file);

}  // namespace cairn::engine
