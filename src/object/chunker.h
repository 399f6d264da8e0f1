// Where a stream of bytes is cut into chunks: content-defined, the same however the stream arrives.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>

namespace cairn::object {

/// How chunks are cut. Part of the format of a store: other parameters cut, and so deduplicate, differently, but any
/// chunks can be read back. Source: schema/FORMAT.md, "Chunking".
struct ChunkingParameters {
  /// Chunks that begin at or after `offset`, and before the next zone, aim at `target_bytes`.
  struct Zone {
    std::uint64_t offset;
    std::uint32_t target_bytes;

    friend bool operator==(const Zone&, const Zone&) = default;
  };

  // The target depends on the offset, never on the total size: a stream can be cut before its end is known, and an
  // append moves no cut. Small states change by a few numbers a step, so 8 KiB; a file of hundreds of MB changes by
  // pages, so 16 KiB; beyond that the index would outgrow memory (10 GiB: about 160,000 chunks).
  std::array<Zone, 3> zones{{{0, 8u << 10}, {4u << 20, 16u << 10}, {512u << 20, 64u << 10}}};

  // A chunk has from target / 2 to target * 4 bytes. Bytes below the least size are skipped, not rolled over: half the
  // target cuts at 3.9 GB/s instead of 2.9 for a quarter, and one page in a hundred rewritten costs 5% more. With the
  // frequent cuts after the target, one chunk in a million reaches the greatest size by chance, so only repetitive
  // bytes do.
  std::uint32_t least_divisor = 2;
  std::uint32_t most_factor = 4;

  // Normalization: a cut is this many times rarer before the target than one in `target_bytes`, and as many times
  // more frequent after it, so that sizes crowd around the target (FastCDC, "NC2"). With 1, changing one number of a
  // 1 MiB state stores more than 24 KiB again in 22% of cases; with 4 in 0.6%.
  std::uint32_t normalization = 4;

  friend bool operator==(const ChunkingParameters&, const ChunkingParameters&) = default;
};

/// Finds the cuts of one stream. A cut lies after a byte where the Gear hash of the last 64 bytes is below a limit;
/// limits of larger targets are lower, so every cut of a coarser zone is a candidate in a finer one and an insertion
/// realigns across zones. Cost: 0.3 s a GB.
class Chunker {
 public:
  /// Targets are powers of two of at least 1 KiB, zones in order of offset, the first at 0; else invalid_argument.
  explicit Chunker(const ChunkingParameters& parameters = {});

  /// Continues with the next `bytes` of the stream. Returns how many of them belong to the current chunk if it ends
  /// among them (call again with the rest), or empty if all do and it goes on.
  std::optional<std::size_t> next_cut(std::span<const std::byte> bytes);
  /// Ends the current chunk, and passes over `bytes` of the stream, which are a hole.
  void skip(std::uint64_t bytes);

 private:
  void begin_chunk();
  void enter_zone();

  ChunkingParameters parameters_;
  std::uint64_t offset_ = 0;  // of the current chunk in the stream
  std::size_t length_ = 0;    // bytes of the current chunk seen
  std::uint64_t hash_ = 0;
  // Of the zone the current chunk began in.
  std::size_t zone_ = 0;
  std::uint64_t zone_end_ = 0;
  std::size_t least_ = 0, target_ = 0, most_ = 0;
  std::uint64_t rare_below_ = 0, frequent_below_ = 0;
};

}  // namespace cairn::object
