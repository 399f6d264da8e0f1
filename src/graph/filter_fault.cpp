#include "graph/filter_fault.h"

#include <cairn/text.h>

#include <fmt/format.h>

#include <algorithm>

namespace cairn::graph::filter {
namespace {

constexpr std::size_t kShownBefore = 60, kShownBehind = 40;  // characters around the column

bool begins_character(char c) {
  return (c & 0xc0) != 0x80;
}

std::size_t character_count(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, begins_character));
}

std::string_view last_characters(std::string_view text, std::size_t count_max) {
  std::size_t begin = text.size();
  for (std::size_t count = 0; begin > 0 && count < count_max; --begin)
    if (begins_character(text[begin - 1])) ++count;
  return text.substr(begin);
}

}  // namespace

FilterFault locate(std::string_view text, const Fault& fault) {
  const std::string_view before = text.substr(0, fault.at);
  const std::string_view in_line = before.substr(before.rfind('\n') + 1);  // npos + 1 is 0
  return {static_cast<std::size_t>(std::ranges::count(before, '\n')) + 1, character_count(in_line) + 1,
          fault.problem};
}

std::string describe(std::string_view text, const Fault& fault) {
  const FilterFault place = locate(text, fault);
  const bool is_one_line = text.find('\n') == std::string_view::npos;
  const std::string line_number = is_one_line ? "" : fmt::format("line {}, ", place.line);

  const std::string_view before = text.substr(0, fault.at), behind = text.substr(fault.at);
  const std::string_view in_line = before.substr(before.rfind('\n') + 1);
  const std::string_view shown = last_characters(in_line, kShownBefore);
  // What comes from outside must not steer the terminal, and the caret has to stand below what it became.
  const std::string left = (shown.size() < in_line.size() ? "..." : "") + printable(shown);
  const std::string rest = shortened(behind.substr(0, behind.find('\n')), kShownBehind);
  const std::string right =
      printable(std::string_view(rest).substr(0, 4 * kShownBehind));  // if it is not UTF-8
  return fmt::format("filter, {}column {}: {}\n  {}{}\n  {}^", line_number, place.column, fault.problem, left,
                     right, std::string(character_count(left), ' '));
}

}  // namespace cairn::graph::filter
