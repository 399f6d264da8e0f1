#include "format/pack.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/bytes.h"
#include "base/hash.h"

namespace cairn::format {
namespace {

constexpr std::string_view kSegmentMagic = "CAIRNSEG";
constexpr std::uint32_t kSegmentVersion = 1;
constexpr std::uint32_t kRecordMagic = 0x424e5243;  // "CRNB" as bytes
constexpr std::uint64_t kSizeMax = std::uint64_t{1} << 62;

template <std::size_t Size>
void seal(std::array<std::byte, Size>& header) {
  base::store_little_endian(header.data() + Size - 8, base::hash64(std::span(header).first(Size - 8)));
}

bool sealed(std::span<const std::byte> header) {
  const std::size_t size = header.size() - 8;
  return base::load_little_endian<std::uint64_t>(header.data() + size) == base::hash64(header.first(size));
}

bool is_blob_kind(std::uint8_t kind) {
  return std::ranges::any_of(kBlobKinds, [&](BlobKind known) { return static_cast<std::uint8_t>(known) == kind; });
}

}  // namespace

std::array<std::byte, kSegmentHeaderSize> encode_segment_header(const SegmentHeader& header) {
  std::array<std::byte, kSegmentHeaderSize> bytes{};
  std::memcpy(bytes.data(), kSegmentMagic.data(), kSegmentMagic.size());
  base::store_little_endian(bytes.data() + 8, kSegmentVersion);
  base::store_little_endian(bytes.data() + 12, static_cast<std::uint32_t>(kSegmentHeaderSize));
  base::store_little_endian(bytes.data() + 16, header.pack);
  base::store_little_endian(bytes.data() + 24, header.offset);
  base::store_little_endian(bytes.data() + 32, header.length);
  base::store_little_endian(bytes.data() + 40, header.used);
  base::store_little_endian(bytes.data() + 48, header.store);
  seal(bytes);
  return bytes;
}

std::optional<SegmentHeader> decode_segment_header(std::span<const std::byte> bytes) {
  if (bytes.size() < kSegmentHeaderSize) return std::nullopt;
  bytes = bytes.first(kSegmentHeaderSize);
  if (!base::as_text(bytes).starts_with(kSegmentMagic) || !sealed(bytes)) return std::nullopt;
  if (base::load_little_endian<std::uint32_t>(bytes.data() + 8) != kSegmentVersion) return std::nullopt;
  const auto number = [&](std::size_t at) { return base::load_little_endian<std::uint64_t>(bytes.data() + at); };
  const SegmentHeader header{number(16), number(24), number(32), number(40), number(48)};
  const bool plausible = header.length % kPackBlock == 0 && header.used >= kSegmentHeaderSize &&
                         header.used <= header.length && header.length < kSizeMax;
  return plausible ? std::optional(header) : std::nullopt;
}

std::array<std::byte, kRecordHeaderSize> encode_record_header(const RecordHeader& header) {
  std::array<std::byte, kRecordHeaderSize> bytes{};
  base::store_little_endian(bytes.data(), kRecordMagic);
  bytes[4] = static_cast<std::byte>(header.kind);
  bytes[5] = static_cast<std::byte>(header.probe);
  bytes[6] = static_cast<std::byte>(header.codec);
  std::memcpy(bytes.data() + 8, header.digest.bytes.data(), header.digest.bytes.size());
  base::store_little_endian(bytes.data() + 24, header.size);
  base::store_little_endian(bytes.data() + 32, header.stored_size);
  seal(bytes);
  return bytes;
}

std::optional<RecordHeader> decode_record_header(std::span<const std::byte> bytes) {
  if (bytes.size() < kRecordHeaderSize) return std::nullopt;
  bytes = bytes.first(kRecordHeaderSize);
  if (base::load_little_endian<std::uint32_t>(bytes.data()) != kRecordMagic || !sealed(bytes)) return std::nullopt;
  RecordHeader header;
  if (!is_blob_kind(static_cast<std::uint8_t>(bytes[4])) || static_cast<std::uint8_t>(bytes[6]) > kBlobCodecMost) return std::nullopt;
  header.kind = static_cast<BlobKind>(bytes[4]);
  header.probe = static_cast<std::uint8_t>(bytes[5]);
  header.codec = static_cast<BlobCodec>(bytes[6]);
  std::memcpy(header.digest.bytes.data(), bytes.data() + 8, header.digest.bytes.size());
  header.size = base::load_little_endian<std::uint64_t>(bytes.data() + 24);
  header.stored_size = base::load_little_endian<std::uint64_t>(bytes.data() + 32);
  return header.size < kSizeMax && header.stored_size < kSizeMax ? std::optional(header) : std::nullopt;
}

std::string encode_location(const BlobLocation& location) {
  std::string bytes;
  bytes.reserve(32);
  bytes.push_back(location.packed ? 1 : 0);
  bytes.push_back(static_cast<char>(location.kind));
  bytes.push_back(static_cast<char>(location.probe));
  bytes.push_back(static_cast<char>(location.codec));
  base::append_varint(bytes, location.size);
  base::append_varint(bytes, location.stored_size);
  base::append_varint(bytes, location.packed ? location.pack : location.blob_id);
  if (location.packed) base::append_varint(bytes, location.offset);
  return bytes;
}

BlobLocation decode_location(std::string_view bytes) {
  const auto damaged = [size = bytes.size()] {
    return Error(ErrorCode::damaged, fmt::format("read the location of a blob: {} bytes of another form", size));
  };
  if (bytes.size() < 4 || static_cast<std::uint8_t>(bytes[0]) > 1) throw damaged();
  if (!is_blob_kind(static_cast<std::uint8_t>(bytes[1])) || static_cast<std::uint8_t>(bytes[3]) > kBlobCodecMost) throw damaged();
  BlobLocation location;
  location.packed = bytes[0] == 1;
  location.kind = static_cast<BlobKind>(bytes[1]);
  location.probe = static_cast<std::uint8_t>(bytes[2]);
  location.codec = static_cast<BlobCodec>(bytes[3]);
  bytes.remove_prefix(4);
  const auto number = [&] {
    const auto value = base::take_varint(bytes);
    if (!value) throw damaged();
    return *value;
  };
  location.size = number();
  location.stored_size = number();
  (location.packed ? location.pack : location.blob_id) = number();
  if (location.packed) location.offset = number();
  if (!bytes.empty() || location.size >= kSizeMax || location.stored_size >= kSizeMax) throw damaged();
  return location;
}

std::string pack_file_name(std::uint64_t pack) { return fmt::format("{:08}.pack", pack); }

std::optional<std::uint64_t> parse_pack_file_name(std::string_view name) {
  std::uint64_t pack = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pack);
  const bool whole = error == std::errc() && std::string_view(end, name.data() + name.size()) == ".pack";
  return whole && pack_file_name(pack) == name ? std::optional(pack) : std::nullopt;
}

}  // namespace cairn::format
