// Content: bytes of any size, named by one chunk or by the root of a tree of chunk lists.
#pragma once

#include <cairn/digest.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace cairn::format {

/// How `size` bytes are stored. The digest is meaningful for chunk and list only.
struct ContentRef {
  enum class Form : std::uint8_t { empty, chunk, list, hole };

  std::uint64_t size = 0;
  Form form = Form::empty;
  Digest digest;

  friend bool operator==(const ContentRef&, const ContentRef&) = default;
};

/// Levels of chunk lists that 2^63 bytes can need: 16 entries in each list, 512 bytes in each chunk.
inline constexpr std::uint8_t kChunkListLevelMost = 15;

/// One blob of kind chunk_list.
struct ChunkList {
  struct Entry {
    Digest digest;           ///< a chunk at level 0, else a chunk list of the level below
    std::uint64_t size = 0;  ///< content bytes below this entry

    /// `size` zero bytes that no chunk is stored for; at level 0 only. No blob has this digest.
    static Entry hole(std::uint64_t size) { return {{}, size}; }
    bool is_hole() const { return digest == Digest{}; }

    friend bool operator==(const Entry&, const Entry&) = default;
  };

  std::uint8_t level = 0;
  std::vector<Entry> entries;
};

std::vector<std::byte> encode_chunk_list(const ChunkList& list);
/// Throws damaged if the bytes are no chunk list, its level is above kChunkListLevelMost, it has no entries, an empty
/// one, or a hole above level 0, or its sizes add up to more than 2^63-1.
ChunkList decode_chunk_list(std::span<const std::byte> bytes);

}  // namespace cairn::format
