// Fixed-width and variable-width numbers in byte strings, and hexadecimal.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace cairn::base {

template <class Unsigned>
constexpr Unsigned byteswap(Unsigned value) {
  Unsigned swapped = 0;
  for (std::size_t i = 0; i < sizeof(Unsigned); ++i)
    swapped = static_cast<Unsigned>(swapped << 8 | ((value >> (8 * i)) & 0xff));
  return swapped;
}

template <class Unsigned>
constexpr Unsigned big_endian(Unsigned value) {
  return std::endian::native == std::endian::big ? value : byteswap(value);
}

template <class Unsigned>
constexpr Unsigned little_endian(Unsigned value) {
  return std::endian::native == std::endian::little ? value : byteswap(value);
}

template <class Unsigned>
void append_big_endian(std::string& out, Unsigned value) {
  const Unsigned ordered = big_endian(value);
  out.append(reinterpret_cast<const char*>(&ordered), sizeof ordered);
}

/// The first sizeof(Unsigned) bytes as a big-endian number; the caller has checked the length.
template <class Unsigned>
Unsigned load_big_endian(const void* bytes) {
  Unsigned value;
  std::memcpy(&value, bytes, sizeof value);
  return big_endian(value);
}

template <class Unsigned>
Unsigned load_little_endian(const void* bytes) {
  Unsigned value;
  std::memcpy(&value, bytes, sizeof value);
  return little_endian(value);
}

template <class Unsigned>
void store_little_endian(void* bytes, Unsigned value) {
  const Unsigned ordered = little_endian(value);
  std::memcpy(bytes, &ordered, sizeof ordered);
}

/// LEB128: seven bits a byte, least significant first.
void append_varint(std::string& out, std::uint64_t value);
/// Bytes that append_varint appends.
constexpr std::size_t varint_size(std::uint64_t value) { return static_cast<std::size_t>(std::bit_width(value | 1) + 6) / 7; }
/// Takes one varint off the front of `in`; empty if it is cut short or longer than 64 bits.
std::optional<std::uint64_t> take_varint(std::string_view& in);

inline std::uint64_t zigzag(std::int64_t value) {
  return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}
inline std::int64_t unzigzag(std::uint64_t value) {
  return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
}

std::string hex(std::span<const std::uint8_t> bytes);
/// Exactly `out.size()` bytes from twice as many hexadecimal digits of either case.
bool parse_hex(std::string_view text, std::span<std::uint8_t> out);

inline std::span<const std::byte> as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}
inline std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// True if `text` is well-formed UTF-8 (no surrogates, no over-long forms).
bool is_utf8(std::string_view text);

}  // namespace cairn::base
