// Bundles, byte by byte: a header, frames with items, an index, and where that begins. Layout: schema/FORMAT.md, "Bundles".
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace cairn::format {

inline constexpr std::uint32_t kBundleVersion = 1;
inline constexpr std::size_t kBundleHeaderSize = 24;
inline constexpr std::size_t kFrameHeaderSize = 40;
inline constexpr std::size_t kBundleTrailerSize = 24;
inline constexpr std::uint64_t kFrameBytesMax = 0x7fffffff;

/// In the order in which they stand in a bundle. Numbers are stored.
enum class BundleSection : std::uint8_t {
  blobs = 1,
  purges = 2,
  labels = 3,
  runs = 4,
  nodes = 5,
  links = 6,
  rows = 7,
  groups = 8,
  invalidations = 9,
  index = 10,
};
inline constexpr std::size_t kBundleSectionCount = 10;
std::string_view bundle_section_name(BundleSection section);

std::array<std::byte, kBundleHeaderSize> encode_bundle_header();
/// Throws bad_document for what is no bundle, newer_format for another version, damaged.
void check_bundle_header(std::span<const std::byte> bytes);

/// In front of some items of one section.
struct FrameHeader {
  BundleSection section = BundleSection::blobs;
  std::uint64_t offset = 0;  ///< of this header in the bundle
  std::uint64_t length = 0;  ///< of the items
  std::uint64_t checksum = 0;  ///< of the items

  friend bool operator==(const FrameHeader&, const FrameHeader&) = default;
};

std::array<std::byte, kFrameHeaderSize> encode_frame_header(const FrameHeader& header);
/// Empty if it is none, or its checksum does not match.
std::optional<FrameHeader> decode_frame_header(std::span<const std::byte> bytes);

std::array<std::byte, kBundleTrailerSize> encode_bundle_trailer(std::uint64_t index_offset);
/// Empty if it is none, or its checksum does not match.
std::optional<std::uint64_t> decode_bundle_trailer(std::span<const std::byte> bytes);

/// The fields of an item: varints, and texts with their length in front.
class ItemWriter {
 public:
  ItemWriter& number(std::uint64_t value);
  ItemWriter& text(std::string_view value);
  /// Without a length: the last one.
  ItemWriter& rest(std::string_view value);
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

/// Every call throws damaged if there is no such field.
class ItemReader {
 public:
  /// `bytes` must outlive it and what it gives out.
  explicit ItemReader(std::string_view bytes) : left_(bytes) {}

  std::uint64_t number();
  std::string_view text();
  std::string_view take(std::size_t count);
  std::string_view rest();
  bool is_over() const { return left_.empty(); }
  void require_end() const;

 private:
  std::string_view left_;
};

}  // namespace cairn::format
