#include "interchange/python_json.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <iterator>
#include <string_view>

namespace cairn::interchange {
namespace {

// Reads the character at `at`, which is moved behind it. The text is UTF-8.
std::uint32_t next_character(std::string_view text, std::size_t& at) {
  const auto first = static_cast<unsigned char>(text[at++]);
  if (first < 0x80) return first;
  const int trails = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : 1;
  std::uint32_t point = first & (0x3Fu >> trails);
  for (int i = 0; i < trails && at < text.size(); ++i) point = point << 6 | (static_cast<unsigned char>(text[at++]) & 0x3Fu);
  return point;
}

class Writer {
 public:
  void write(const Value& value) {
    if (value.is<std::monostate>()) {
      out_ += "null";
    } else if (const bool* flag = value.get_if<bool>()) {
      out_ += *flag ? "true" : "false";
    } else if (const auto* integer = value.get_if<std::int64_t>()) {
      fmt::format_to(std::back_inserter(out_), "{}", *integer);
    } else if (const auto* natural = value.get_if<std::uint64_t>()) {
      fmt::format_to(std::back_inserter(out_), "{}", *natural);
    } else if (const auto* large = value.get_if<BigInteger>()) {
      write_large(*large);
    } else if (const double* real = value.get_if<double>()) {
      write_real(*real);
    } else if (const auto* text = value.get_if<std::string>()) {
      write_text(*text);
    } else if (const List* list = value.get_if<List>()) {
      write_list(*list);
    } else if (const Map* map = value.get_if<Map>()) {
      write_map(*map);
    } else {
      throw Error(ErrorCode::unstorable, fmt::format("write JSON: a value of kind {} has no plain form", value.kind_name()));
    }
  }

  std::string take() { return std::move(out_); }

 private:
  void write_large(const BigInteger& large) {
    const std::string text = large.text();
    if (text.find('x') != std::string::npos) throw Error(ErrorCode::limit, "write JSON: an integer of more than 4096 bytes");
    out_ += text;
  }

  void write_real(double real) {
    if (!std::isfinite(real)) {
      out_ += std::isnan(real) ? "NaN" : real > 0 ? "Infinity" : "-Infinity";
      return;
    }
    const std::string text = fmt::format("{}", real);  // the shortest digits, and exponents from where repr() has them
    out_ += text;
    if (text.find_first_of(".e") == std::string::npos) out_ += ".0";
  }

  void write_text(std::string_view text) {
    out_ += '"';
    for (std::size_t at = 0; at < text.size();) write_character(next_character(text, at));
    out_ += '"';
  }

  void write_character(std::uint32_t point) {
    constexpr std::string_view kMeant = "\"\\\n\r\t\b\f", kNames = "\"\\nrtbf";
    const std::size_t name = point < 0x80 ? kMeant.find(static_cast<char>(point)) : std::string_view::npos;
    if (name != std::string_view::npos)
      (out_ += '\\') += kNames[name];
    else if (point >= 0x20 && point < 0x7F)
      out_ += static_cast<char>(point);
    else if (point < 0x10000)
      fmt::format_to(std::back_inserter(out_), "\\u{:04x}", point);
    else
      fmt::format_to(std::back_inserter(out_), "\\u{:04x}\\u{:04x}", 0xD800 + ((point - 0x10000) >> 10),
                     0xDC00 + (point & 0x3FF));
  }

  void write_list(const List& list) {
    out_ += '[';
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (i > 0) out_ += ", ";
      write(list[i]);
    }
    out_ += ']';
  }

  // Keys are in the order of their bytes, which is that of their characters, as Python sorts them.
  void write_map(const Map& map) {
    out_ += '{';
    for (const MapEntry* entry = map.begin(); entry != map.end(); ++entry) {
      const auto* key = entry->key.get_if<std::string>();
      if (key == nullptr) throw Error(ErrorCode::unstorable, "write JSON: a key that is no text has no plain form");
      if (entry != map.begin()) out_ += ", ";
      write_text(*key);
      out_ += ": ";
      write(entry->value);
    }
    out_ += '}';
  }

  std::string out_;
};

}  // namespace

std::string python_json(const Value& value) {
  Writer writer;
  writer.write(value);
  return writer.take();
}

}  // namespace cairn::interchange
