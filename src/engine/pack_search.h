// Finds the blobs in a pack without being told where they are. Layout: schema/FORMAT.md, "Packs".
#pragma once

#include <cairn/digest.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>

#include "format/pack.h"

namespace cairn::engine {

/// What was found in one pack.
struct PackSearch {
  std::uint64_t bytes = 0;         ///< of the file
  /// Behind all segments that are as they should be, and all blobs that were found: a multiple of the block size.
  std::uint64_t end = 0;
  std::uint64_t blob_count = 0;    ///< whole ones, each copy counted
  /// Records that begin as they should, with bytes that are not those of their digest: damaged ones, and what is left of blobs that
  /// were removed. Nobody can tell one from the other.
  std::uint64_t broken_count = 0;
  std::uint64_t lost_segments = 0; ///< places where a segment should begin, and none does; looked through all the same
  bool is_unreadable = false;      ///< the medium did not give back all of it
};

/// The bytes live until it returns.
using VisitPackedBlob =
    std::function<void(const Digest& digest, const format::BlobLocation& location, std::span<const std::byte> bytes)>;
using IsWanted = std::function<bool(const Digest&)>;

/// Calls `visit` with each blob whose bytes have the digest in its header, in the order in which they lie. The file is pack number
/// `pack` of the store whose segments have `store_id`. Cost: reads and hashes all of it, but not the bytes of blobs that are not
/// wanted, which count as neither found nor broken; without `is_wanted` all are. Memory: 4 MiB, or the largest blob if that is more.
/// Throws io, and what `visit` throws.
PackSearch search_pack(const std::filesystem::path& file, std::uint64_t pack, std::uint64_t store_id, const VisitPackedBlob& visit,
                       const IsWanted& is_wanted = {});

}  // namespace cairn::engine
