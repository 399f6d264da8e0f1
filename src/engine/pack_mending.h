// Packs that are missing or short, or whose segments do not follow each other: made such that they can be walked again.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace cairn::engine {

/// One pack of a store that nobody has open.
struct MendedPack {
  std::filesystem::path directory;
  std::uint64_t pack = 0;
  std::uint64_t end = 0;       ///< where it must end; a multiple of the block size
  std::uint64_t store_id = 0;  ///< as in the headers of segments
};

/// Where the segments that follow each other from the front of the file on end; 0 if it is not there. Cost: reads their headers.
std::uint64_t end_of_segments(const MendedPack& pack);

/// What is wrong with the pack, in words; empty if nothing is. With `apply` that is mended: what is missing at its end, or all of it, becomes
/// a hole, and where the header of a segment is expected and is none, one is written that goes up to the next. No other byte
/// changes. Durable when it returns. Throws io, no_space.
std::string mend_pack(const MendedPack& pack, bool apply);

}  // namespace cairn::engine
