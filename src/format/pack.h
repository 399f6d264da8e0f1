// Pack files, byte by byte: segments that are written whole, and the blob records in them.
// Layout: schema/FORMAT.md, "Packs".
#pragma once

#include <cairn/digest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "format/keys.h"

namespace cairn::format {

inline constexpr std::size_t kPackBlock = 4096;  ///< segments begin and end on it, so that O_DIRECT can write them
inline constexpr std::size_t kSegmentHeaderSize = 64;
inline constexpr std::size_t kRecordHeaderSize = 48;
inline constexpr std::size_t kRecordAlignment = 8;

/// How a blob's bytes are stored. Numbers are stored.
enum class BlobCodec : std::uint8_t { raw = 0, lz4 = 1, zstd = 2 };
inline constexpr std::uint8_t kBlobCodecMost = 2;

/// One write to a pack: this header, records, zeros up to the next block.
struct SegmentHeader {
  std::uint64_t pack = 0;
  std::uint64_t offset = 0;  ///< of the segment in its pack
  std::uint64_t length = 0;  ///< with header and padding; a multiple of kPackBlock
  std::uint64_t used = 0;    ///< with header, without padding
  std::uint64_t store = 0;   ///< last eight bytes of the store's UUID, big-endian

  friend bool operator==(const SegmentHeader&, const SegmentHeader&) = default;
};

std::array<std::byte, kSegmentHeaderSize> encode_segment_header(const SegmentHeader& header);
/// Empty if the bytes are no segment header or its checksum does not match.
std::optional<SegmentHeader> decode_segment_header(std::span<const std::byte> bytes);

/// In front of each blob in a segment; the stored bytes follow, then zeros up to kRecordAlignment.
struct RecordHeader {
  BlobKind kind = BlobKind::object;
  std::uint8_t probe = 0;
  BlobCodec codec = BlobCodec::raw;
  Digest digest;
  std::uint64_t size = 0;
  std::uint64_t stored_size = 0;

  friend bool operator==(const RecordHeader&, const RecordHeader&) = default;
};

std::array<std::byte, kRecordHeaderSize> encode_record_header(const RecordHeader& header);
std::optional<RecordHeader> decode_record_header(std::span<const std::byte> bytes);

/// Where a blob is: beside the records under a blob id, or in a pack.
struct BlobLocation {
  BlobKind kind = BlobKind::object;
  std::uint8_t probe = 0;
  BlobCodec codec = BlobCodec::raw;
  bool packed = false;
  std::uint64_t size = 0;
  std::uint64_t stored_size = 0;
  std::uint64_t blob_id = 0;  ///< not packed
  std::uint64_t pack = 0;     ///< packed
  std::uint64_t offset = 0;   ///< packed: of the record header

  friend bool operator==(const BlobLocation&, const BlobLocation&) = default;
};

/// Of a packed blob: the offset behind its stored bytes.
inline std::uint64_t record_end(const BlobLocation& location) {
  return location.offset + kRecordHeaderSize + location.stored_size;
}

std::string encode_location(const BlobLocation& location);
/// Throws damaged.
BlobLocation decode_location(std::string_view bytes);

/// "00000001.pack"
std::string pack_file_name(std::uint64_t pack);
std::optional<std::uint64_t> parse_pack_file_name(std::string_view name);

}  // namespace cairn::format
