#include "text.h"

#include <fmt/format.h>

#include <algorithm>

namespace cairn::cli {

std::string short_time(Timestamp time) {
  const std::string full = format_time(time);
  const std::size_t fraction = full.find('.');
  return fraction == std::string::npos ? full : full.substr(0, fraction) + "Z";
}

std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; }));
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
