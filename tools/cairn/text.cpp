#include "text.h"

#include <fmt/format.h>
#include <locale.h>
#include <wchar.h>

#include <algorithm>

namespace cairn::cli {
namespace {

// Joined characters take no columns, so without a bound of their own a line of 80 columns could have a million.
constexpr std::size_t kCharactersPerColumn = 4;

struct Character {
  char32_t code = 0;
  std::string_view bytes;
};

// The first character of UTF-8 text that is not empty. Other bytes are characters of their own.
Character first_character(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const std::size_t length = byte(0) < 0xC0 ? 1 : byte(0) < 0xE0 ? 2 : byte(0) < 0xF0 ? 3 : 4;
  if (length == 1 || length > text.size()) return {byte(0), text.substr(0, 1)};
  char32_t code = byte(0) & (0x7Fu >> length);
  for (std::size_t i = 1; i < length; ++i) code = code << 6 | (byte(i) & 0x3Fu);
  return {code, text.substr(0, length)};
}

bool is_unseen(char32_t code) {
  return code == 0x061C || code == 0x200E || code == 0x200F || (code >= 0x2028 && code <= 0x202E) ||
         (code >= 0x2066 && code <= 0x2069) || code == 0xFEFF || (code & 0xFFFE) == 0xFFFE;
}

// What the C library knows of widths, whatever the locale of whoever runs the command.
class Widths {
 public:
  Widths() : before_(locale() ? ::uselocale(locale()) : nullptr) {}
  Widths(const Widths&) = delete;
  Widths& operator=(const Widths&) = delete;
  ~Widths() {
    if (before_) ::uselocale(before_);
  }
  std::size_t of(char32_t code) const {
    if (code < 0x80 || !before_) return 1;
    const int columns = ::wcwidth(static_cast<wchar_t>(code));
    return columns < 0 ? 1 : static_cast<std::size_t>(columns);
  }

 private:
  // Loaded once: it is a file.
  static locale_t locale() {
    static const locale_t utf8 = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    return utf8;
  }
  locale_t before_;
};

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

// The longest beginning that takes at most so many columns.
std::string_view beginning(std::string_view text, std::size_t columns) {
  if (is_ascii(text)) return text.substr(0, columns);
  const Widths widths;
  std::size_t end = 0, taken = 0, characters = 0;
  while (end < text.size()) {
    const Character next = first_character(text.substr(end));
    taken += widths.of(next.code);
    if (taken > columns || ++characters > columns * kCharactersPerColumn) break;
    end += next.bytes.size();
  }
  return text.substr(0, end);
}

}  // namespace

std::string short_time(Timestamp time) {
  const std::string full = format_time(time);
  const std::size_t fraction = full.find('.');
  return fraction == std::string::npos ? full : full.substr(0, fraction) + "Z";
}

std::string visible(std::string_view text) {
  const std::string safe = printable(text);
  if (is_ascii(safe)) return safe;
  std::string seen;
  for (std::string_view rest = safe; !rest.empty();) {
    const Character next = first_character(rest);
    if (is_unseen(next.code))
      for (const char c : next.bytes) seen += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    else
      seen += next.bytes;
    rest.remove_prefix(next.bytes.size());
  }
  return seen;
}

std::size_t width(std::string_view text) {
  if (is_ascii(text)) return text.size();
  const Widths widths;
  std::size_t columns = 0;
  while (!text.empty()) {
    const Character next = first_character(text);
    columns += widths.of(next.code);
    text.remove_prefix(next.bytes.size());
  }
  return columns;
}

std::string fitted(std::string_view text, std::size_t columns) {
  constexpr std::string_view kDots = "...";
  if (beginning(text, columns).size() == text.size()) return std::string(text);
  if (columns <= kDots.size()) return std::string(kDots.substr(0, columns));
  return std::string(beginning(text, columns - kDots.size())) + std::string(kDots);
}

std::string count_of(std::uint64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string short_id(const Digest& digest) { return digest.hex().substr(0, 12); }

void Table::print(Output& out) const {
  if (rows_.size() < 2) return;
  std::vector<std::size_t> widths(rows_.front().size());
  for (const auto& row : rows_)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width(row[i]));
  for (const auto& row : rows_) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) line += row[i] + std::string(widths[i] - width(row[i]) + 2, ' ');
    line.erase(line.find_last_not_of(' ') + 1);
    out.line(line);
  }
}

}  // namespace cairn::cli
