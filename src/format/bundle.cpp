#include "format/bundle.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <cstring>

#include "base/bytes.h"
#include "base/hash.h"

namespace cairn::format {
namespace {

constexpr char kHeaderMagic[] = "CAIRNBDL", kFrameMagic[] = "CRNF", kTrailerMagic[] = "CAIRNEND";
constexpr std::size_t kChecksumSize = 8;

template <class Unsigned>
Unsigned load(std::span<const std::byte> bytes, std::size_t at) {
  return base::load_little_endian<Unsigned>(bytes.data() + at);
}
template <class Unsigned>
void store(std::span<std::byte> bytes, std::size_t at, Unsigned value) {
  base::store_little_endian(bytes.data() + at, value);
}

// The last eight bytes are the checksum of those before.
void seal(std::span<std::byte> bytes) {
  const std::size_t end = bytes.size() - kChecksumSize;
  store(bytes, end, base::hash64(bytes.first(end)));
}
bool is_sealed(std::span<const std::byte> bytes) {
  const std::size_t end = bytes.size() - kChecksumSize;
  return load<std::uint64_t>(bytes, end) == base::hash64(bytes.first(end));
}

template <std::size_t Size>
bool begins_with(std::span<const std::byte> bytes, const char (&magic)[Size]) {
  return std::memcmp(bytes.data(), magic, Size - 1) == 0;
}

[[noreturn]] void throw_short_item() { throw Error(ErrorCode::damaged, "an item of a bundle ends too early"); }

}  // namespace

std::string_view bundle_section_name(BundleSection section) {
  switch (section) {
    case BundleSection::blobs: return "blobs";
    case BundleSection::purges: return "purges";
    case BundleSection::labels: return "labels";
    case BundleSection::runs: return "runs";
    case BundleSection::nodes: return "nodes";
    case BundleSection::links: return "links";
    case BundleSection::rows: return "rows";
    case BundleSection::groups: return "groups";
    case BundleSection::invalidations: return "invalidations";
    case BundleSection::index: return "index";
  }
  return "unknown";
}

std::array<std::byte, kBundleHeaderSize> encode_bundle_header() {
  std::array<std::byte, kBundleHeaderSize> bytes{};
  std::memcpy(bytes.data(), kHeaderMagic, 8);
  store(bytes, 8, kBundleVersion);
  seal(bytes);
  return bytes;
}

void check_bundle_header(std::span<const std::byte> bytes) {
  if (!begins_with(bytes, kHeaderMagic)) throw Error(ErrorCode::bad_document, "read a bundle: it does not begin as a bundle does");
  const auto version = load<std::uint32_t>(bytes, 8);
  if (!is_sealed(bytes) || version == 0 || load<std::uint32_t>(bytes, 12) != 0)
    throw Error(ErrorCode::damaged, "read a bundle: its header is damaged");
  if (version > kBundleVersion)
    throw Error(ErrorCode::newer_format,
                fmt::format("read a bundle: version {} is newer than {}, the newest this build reads", version, kBundleVersion));
}

std::array<std::byte, kFrameHeaderSize> encode_frame_header(const FrameHeader& header) {
  std::array<std::byte, kFrameHeaderSize> bytes{};
  std::memcpy(bytes.data(), kFrameMagic, 4);
  bytes[4] = static_cast<std::byte>(header.section);
  store(bytes, 8, header.offset);
  store(bytes, 16, header.length);
  store(bytes, 24, header.checksum);
  seal(bytes);
  return bytes;
}

std::optional<FrameHeader> decode_frame_header(std::span<const std::byte> bytes) {
  if (bytes.size() != kFrameHeaderSize || !begins_with(bytes, kFrameMagic) || !is_sealed(bytes)) return std::nullopt;
  const auto section = static_cast<std::uint8_t>(bytes[4]);
  FrameHeader header{static_cast<BundleSection>(section), load<std::uint64_t>(bytes, 8), load<std::uint64_t>(bytes, 16),
                     load<std::uint64_t>(bytes, 24)};
  const bool has_zeros = bytes[5] == std::byte{0} && bytes[6] == std::byte{0} && bytes[7] == std::byte{0};
  if (section == 0 || section > kBundleSectionCount || header.length > kFrameBytesMax || !has_zeros) return std::nullopt;
  return header;
}

std::array<std::byte, kBundleTrailerSize> encode_bundle_trailer(std::uint64_t index_offset) {
  std::array<std::byte, kBundleTrailerSize> bytes{};
  std::memcpy(bytes.data(), kTrailerMagic, 8);
  store(bytes, 8, index_offset);
  seal(bytes);
  return bytes;
}

std::optional<std::uint64_t> decode_bundle_trailer(std::span<const std::byte> bytes) {
  if (bytes.size() != kBundleTrailerSize || !begins_with(bytes, kTrailerMagic) || !is_sealed(bytes)) return std::nullopt;
  return load<std::uint64_t>(bytes, 8);
}

ItemWriter& ItemWriter::number(std::uint64_t value) {
  base::append_varint(bytes_, value);
  return *this;
}
ItemWriter& ItemWriter::text(std::string_view value) { return number(value.size()).rest(value); }
ItemWriter& ItemWriter::rest(std::string_view value) {
  bytes_ += value;
  return *this;
}

std::uint64_t ItemReader::number() {
  const auto value = base::take_varint(left_);
  if (!value) throw_short_item();
  return *value;
}
std::string_view ItemReader::text() {
  const std::uint64_t size = number();
  if (size > left_.size()) throw_short_item();
  return take(static_cast<std::size_t>(size));
}
std::string_view ItemReader::take(std::size_t count) {
  if (count > left_.size()) throw_short_item();
  const std::string_view taken = left_.substr(0, count);
  left_.remove_prefix(count);
  return taken;
}
std::string_view ItemReader::rest() { return take(left_.size()); }
void ItemReader::require_end() const {
  if (!left_.empty()) throw Error(ErrorCode::damaged, "an item of a bundle has bytes behind its end");
}

}  // namespace cairn::format
