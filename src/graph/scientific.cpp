#include "graph/scientific.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>

namespace cairn::graph::filter {

std::optional<Scientific> scientific(std::string_view text) {
  Scientific number;
  if (text.starts_with('-')) {
    number.sign = -1;
    text.remove_prefix(1);
  }
  if (text == "Infinity") return Scientific{number.sign, "1", std::numeric_limits<std::int64_t>::max()};
  if (text.find("NaN") != std::string_view::npos) return std::nullopt;
  if (const std::size_t e = text.find('E'); e != std::string_view::npos) {
    const std::size_t first = text[e + 1] == '+' ? e + 2 : e + 1;
    std::from_chars(text.data() + first, text.data() + text.size(), number.exponent);
    text = text.substr(0, e);
  }
  number.digits = text;
  const std::size_t point = std::min(text.find('.'), text.size());
  if (point < text.size()) number.digits.erase(point, 1);
  const std::size_t zeros = std::min(number.digits.find_first_not_of('0'), number.digits.size());
  number.digits.erase(0, zeros);
  number.digits.erase(number.digits.find_last_not_of('0') + 1);
  number.exponent += static_cast<std::int64_t>(point) - static_cast<std::int64_t>(zeros);
  if (number.digits.empty()) return Scientific{0, {}, 0};
  return number;
}

std::optional<Decimal> as_decimal(const Value& value) {
  if (const auto* decimal = value.get_if<Decimal>()) return *decimal;
  if (const auto* integer = value.get_if<std::int64_t>()) return Decimal::parse(fmt::format("{}", *integer));
  if (const auto* natural = value.get_if<std::uint64_t>()) return Decimal::parse(fmt::format("{}", *natural));
  if (const auto* real = value.get_if<double>()) return Decimal::parse(fmt::format("{}", *real));
  if (const auto* large = value.get_if<BigInteger>())
    return Decimal::parse(large->text());  // not if hexadecimal
  return std::nullopt;
}

}  // namespace cairn::graph::filter
