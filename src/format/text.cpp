// Pieces of text for people: sizes, and what others wrote, made safe and short.
#include <cairn/text.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/bytes.h"
#include "format/value_text.h"

namespace cairn {

namespace {

bool begins_character(char c) { return (c & 0xC0) != 0x80; }

// Valid UTF-8 with its control characters escaped. U+0080 to U+009F are some, too; their lead byte is 0xC2.
std::string escape_controls(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x80 && byte < 0xA0 && escaped.ends_with('\xC2')) {
      escaped.pop_back();
      escaped += fmt::format("\\xc2\\x{:02x}", byte);
    } else if (byte < 0x20 || byte == 0x7F) {
      escaped += fmt::format("\\x{:02x}", byte);
    } else {
      escaped += c;
    }
  }
  return escaped;
}

}  // namespace

std::string_view format::first_characters(std::string_view text, std::size_t characters_max) {
  std::size_t end = 0;
  for (std::size_t used = 0; end < text.size(); ++end)
    if (begins_character(text[end]) && used++ == characters_max) break;
  return text.substr(0, end);
}

std::string format::escaped_text(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '"' || c == '\\') escaped += '\\';
    if (c == '\n')
      escaped += "\\n";
    else
      escaped += c;
  }
  return printable(escaped);
}

std::string format::hex_digits(std::span<const std::byte> bytes, std::size_t bytes_max) {
  std::string digits;
  for (const std::byte byte : bytes.first(std::min(bytes.size(), bytes_max)))
    digits += fmt::format("{:02x}", std::to_integer<unsigned>(byte));
  return bytes.size() > bytes_max ? digits + "..." : digits;
}

std::string printable(std::string_view text) {
  if (base::is_utf8(text)) return escape_controls(text);
  std::string escaped;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte >= 0x7F)
      escaped += fmt::format("\\x{:02x}", byte);
    else
      escaped += c;
  }
  return escaped;
}

std::string shortened(std::string_view text, std::size_t characters_max) {
  constexpr std::string_view kDots = "...";
  if (format::first_characters(text, characters_max).size() == text.size()) return std::string(text);
  if (characters_max <= kDots.size()) return std::string(kDots.substr(0, characters_max));
  return std::string(format::first_characters(text, characters_max - kDots.size())) + std::string(kDots);
}

std::string human_size(std::uint64_t bytes) {
  constexpr std::array kUnits{"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  if (bytes < 1024) return fmt::format("{} B", bytes);
  double size = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  while (size >= 1023.95 && unit + 1 < kUnits.size()) {
    size /= 1024;
    ++unit;
  }
  return fmt::format("{:.1f} {}", size, kUnits[unit]);
}

}  // namespace cairn
