// Codecs of text, paths and raw bytes.
#pragma once

#include <cairn/codec/core.h>

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace [[gnu::visibility("default")]] cairn {

namespace detail {

/// Text, or bytes: what is not UTF-8 was stored as those.
inline std::string decode_string(const Decoder& in) {
  if (in.kind() == ValueKind::bytes) {
    const std::span<const std::byte> bytes = in.bytes();
    return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
  return std::string(in.text());
}

}  // namespace detail

template <>
struct Codec<std::string> {
  static constexpr bool kNeverNull = true;
  static void encode(const Encoder& out, std::string_view value) { out.text(value); }
  static std::string decode(const Decoder& in) { return detail::decode_string(in); }
  static std::string type_name() { return "text"; }
};

/// Can only be stored.
template <>
struct Codec<std::string_view> {
  static constexpr bool kNeverNull = true;
  static void encode(const Encoder& out, std::string_view value) { out.text(value); }
  static std::string type_name() { return "text"; }
};

/// Can only be stored; a null pointer is null.
template <>
struct Codec<const char*> {
  static void encode(const Encoder& out, const char* value) {
    if (value != nullptr) out.text(value);
  }
  static std::string type_name() { return "text"; }
};

/// String literals. Can only be stored. A buffer is not a literal: what follows its first NUL would be lost, so it
/// is refused unless the NUL is its last character.
template <std::size_t Size>
struct Codec<char[Size]> {
  static constexpr bool kNeverNull = true;
  static void encode(const Encoder& out, const char (&value)[Size]) {
    const std::string_view text(value, Size - 1);
    if (value[Size - 1] != '\0' || text.find('\0') != std::string_view::npos)
      throw Error(ErrorCode::unstorable, "a char array that is no string literal: use std::string or std::array");
    out.text(text);
  }
  static std::string type_name() { return "text"; }
};

/// Loading takes text, too.
template <>
struct Codec<std::filesystem::path> {
  static constexpr bool kNeverNull = true;
  static void encode(const Encoder& out, const std::filesystem::path& value) { out.path(value.native()); }
  static std::filesystem::path decode(const Decoder& in) {
    return in.kind() == ValueKind::path ? std::string(in.path()) : detail::decode_string(in);
  }
  static std::string type_name() { return "path"; }
};

template <>
struct Codec<Bytes> {
  static constexpr bool kNeverNull = true;
  static void encode(const Encoder& out, std::span<const std::byte> value) { out.bytes(value); }
  static Bytes decode(const Decoder& in) {
    const std::span<const std::byte> bytes = in.bytes();
    return Bytes(bytes.begin(), bytes.end());
  }
  static std::string type_name() { return "bytes"; }
};

}  // namespace cairn
