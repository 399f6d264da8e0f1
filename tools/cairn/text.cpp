#include "text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace cairn::cli {

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

std::string short_time(Timestamp time) {
  const std::string full = format_time(time);
  const std::size_t fraction = full.find('.');
  return fraction == std::string::npos ? full : full.substr(0, fraction) + "Z";
}

std::string printable(std::string_view text) {
  std::string valid;
  if (json_text(text) == text) {
    for (const char c : text) {
      const auto byte = static_cast<unsigned char>(c);
      // U+0080 to U+009F are control characters too; their lead byte is 0xC2.
      const bool control = byte < 0x20 || byte == 0x7F || (byte >= 0x80 && byte < 0xA0 && valid.ends_with('\xC2'));
      if (!control) {
        valid += c;
      } else if (byte >= 0x80) {
        valid.pop_back();
        valid += fmt::format("\\xc2\\x{:02x}", byte);
      } else {
        valid += fmt::format("\\x{:02x}", byte);
      }
    }
    return valid;
  }
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte >= 0x7F)
      valid += fmt::format("\\x{:02x}", byte);
    else
      valid += c;
  }
  return valid;
}

std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string fit(std::string_view text, std::size_t columns) {
  constexpr std::string_view kDots = "...";
  if (width(text) <= columns) return std::string(text);
  if (columns <= kDots.size()) return std::string(kDots.substr(0, columns));
  std::size_t end = 0;
  for (std::size_t used = 0; end < text.size(); ++end)
    if ((text[end] & 0xC0) != 0x80 && used++ == columns - kDots.size()) break;
  return std::string(text.substr(0, end)) + std::string(kDots);
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
