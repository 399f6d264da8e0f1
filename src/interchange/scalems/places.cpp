#include "interchange/scalems/places.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <optional>

namespace cairn::interchange::scalems {
namespace {

// With its "/", which is taken from the rest, too.
std::string_view take_part(std::string_view& rest) {
  const std::size_t end = std::min(rest.find('/', 1), rest.size());
  const std::string_view part = rest.substr(0, end);
  rest.remove_prefix(end);
  return part;
}

std::optional<std::size_t> number_of(std::string_view part) {
  std::size_t number = 0;
  const auto read = std::from_chars(part.data() + 1, part.data() + part.size(), number);
  return read.ec == std::errc() && read.ptr == part.data() + part.size() ? std::optional(number) : std::nullopt;
}

}  // namespace

bool is_place_before(std::string_view a, std::string_view b) {
  while (!a.empty() && !b.empty()) {
    const std::string_view in_a = take_part(a), in_b = take_part(b);
    if (in_a == in_b) continue;
    const auto number_a = number_of(in_a), number_b = number_of(in_b);
    if (number_a.has_value() != number_b.has_value()) return number_a.has_value();
    return number_a && *number_a != *number_b ? *number_a < *number_b : in_a < in_b;
  }
  return a.empty() && !b.empty();
}

}  // namespace cairn::interchange::scalems
