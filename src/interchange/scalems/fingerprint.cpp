#include "interchange/scalems/fingerprint.h"

#include <fmt/format.h>

#include <cstdint>
#include <map>
#include <string_view>

#include "interchange/json_writer.h"
#include "interchange/sha256.h"

namespace cairn::interchange::scalems {
namespace {

// The code point that begins at `at`, which is moved behind it. Texts of values are UTF-8.
std::uint32_t take_point(std::string_view text, std::size_t& at) {
  const auto first = static_cast<unsigned char>(text[at++]);
  if (first < 0x80) return first;
  const unsigned more = first < 0xE0 ? 1 : first < 0xF0 ? 2 : 3;
  std::uint32_t point = first & (0x3Fu >> more);
  for (unsigned i = 0; i < more; ++i) point = point << 6 | (static_cast<unsigned char>(text[at++]) & 0x3Fu);
  return point;
}

std::string escaped(std::string_view text) {
  static constexpr std::string_view kSpecial = "\"\\\b\f\n\r\t", kNames = "\"\\bfnrt";
  std::string out = "\"";
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t special = kSpecial.find(text[at]);
    if (special != std::string_view::npos) {
      out += {'\\', kNames[special]};
      ++at;
      continue;
    }
    const std::uint32_t point = take_point(text, at);
    if (point >= 0x20 && point < 0x7F)
      out += static_cast<char>(point);
    else if (point < 0x10000)
      out += fmt::format("\\u{:04x}", point);
    else
      out += fmt::format("\\u{:04x}\\u{:04x}", 0xD800 + ((point - 0x10000) >> 10), 0xDC00 + ((point - 0x10000) & 0x3FF));
  }
  return out + '"';
}

void append(std::string& out, const Value& value);

void append_map(std::string& out, const Map& map) {
  std::map<std::string, const Value*> members;  // in order of bytes, which for UTF-8 is that of characters
  for (const MapEntry& entry : map) members.emplace(*entry.key.get_if<std::string>(), &entry.value);
  out += '{';
  const char* separator = "";
  for (const auto& [key, value] : members) {
    out += separator + escaped(key) + ':';
    separator = ",";
    append(out, *value);
  }
  out += '}';
}

void append(std::string& out, const Value& value) {
  if (const auto* text = value.get_if<std::string>()) {
    out += escaped(*text);
  } else if (const Map* map = value.get_if<Map>()) {
    append_map(out, *map);
  } else if (const List* list = value.get_if<List>()) {
    out += '[';
    for (const Value& element : *list) {
      if (&element != &list->front()) out += ',';
      append(out, element);
    }
    out += ']';
  } else {
    out += json_line(value, Nonfinite::bare);  // numbers are written as by Python
  }
}

}  // namespace

std::string compact_json(const Value& value) {
  std::string out;
  append(out, value);
  return out;
}

std::string fingerprint(const Value& operation, const Value& input, const Value& depends) {
  return sha256_hex(compact_json(Map{{"depends", depends}, {"input", input}, {"operation", operation}}));
}

}  // namespace cairn::interchange::scalems
