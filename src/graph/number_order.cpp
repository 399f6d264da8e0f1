#include "graph/number_order.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "graph/scientific.h"

namespace cairn::graph::filter {
namespace {

// ---- Integers and reals ----

// Each form of an integer holds what the others cannot (see Value), so forms are in order as their numbers
// are.
std::optional<int> integer_form(const Value& value) {
  if (const auto* large = value.get_if<BigInteger>()) return large->is_negative() ? 0 : 3;
  if (value.is<std::int64_t>()) return 1;
  if (value.is<std::uint64_t>()) return 2;
  return std::nullopt;
}

std::partial_ordering integer_order(const Value& a, const Value& b) {
  const std::optional<int> form_a = integer_form(a), form_b = integer_form(b);
  if (!form_a || !form_b) return std::partial_ordering::unordered;
  if (*form_a != *form_b) return *form_a <=> *form_b;
  if (*form_a == 1) return *a.get_if<std::int64_t>() <=> *b.get_if<std::int64_t>();
  if (*form_a == 2) return *a.get_if<std::uint64_t>() <=> *b.get_if<std::uint64_t>();
  return *a.get_if<BigInteger>() <=> *b.get_if<BigInteger>();
}

template <class Integer>
std::partial_ordering word_order(Integer a, double b) {
  constexpr double kLeast = static_cast<double>(std::numeric_limits<Integer>::min());
  constexpr double kEnd =
      static_cast<double>(std::numeric_limits<Integer>::max());  // rounded up to 2^63 or 2^64
  if (b >= kEnd) return std::partial_ordering::less;
  if (b < kLeast) return std::partial_ordering::greater;
  const double whole = std::trunc(b);
  const std::partial_ordering by_whole = a <=> static_cast<Integer>(whole);
  return by_whole != 0 ? by_whole : whole <=> b;
}

// Of a finite real of at least 2^63, either way: it has no fraction.
BigInteger whole_number(double real) {
  int exponent = 0;
  const double fraction = std::frexp(std::fabs(real), &exponent);
  const auto mantissa = static_cast<std::uint64_t>(std::ldexp(fraction, 53));
  const int shift = exponent - 53;
  const std::string zeros(static_cast<std::size_t>(shift / 4), '0');
  return BigInteger::parse(fmt::format("{}0x{:x}{}", real < 0 ? "-" : "", mantissa << (shift % 4), zeros))
      .value();
}

std::partial_ordering large_order(const BigInteger& a, double b) {
  if (std::isinf(b)) return b > 0 ? std::partial_ordering::less : std::partial_ordering::greater;
  if (std::fabs(b) >= 0x1p63) return a <=> whole_number(b);
  // Beyond what words hold (see Value), and so beyond b.
  return a.is_negative() ? std::partial_ordering::less : std::partial_ordering::greater;
}

std::partial_ordering order_with_real(const Value& a, double b) {
  if (std::isnan(b)) return std::partial_ordering::unordered;
  if (const auto* real = a.get_if<double>()) return *real <=> b;
  if (const auto* integer = a.get_if<std::int64_t>()) return word_order(*integer, b);
  if (const auto* natural = a.get_if<std::uint64_t>()) return word_order(*natural, b);
  if (const auto* large = a.get_if<BigInteger>()) return large_order(*large, b);
  return std::partial_ordering::unordered;
}

// ---- Decimals ----

std::partial_ordering decimal_order(const Value& a, const Value& b) {
  const std::optional<Decimal> decimal_a = as_decimal(a), decimal_b = as_decimal(b);
  if (!decimal_a || !decimal_b) return std::partial_ordering::unordered;
  const auto number_a = scientific(decimal_a->text()), number_b = scientific(decimal_b->text());
  if (!number_a || !number_b) return std::partial_ordering::unordered;
  if (number_a->sign != number_b->sign) return number_a->sign <=> number_b->sign;
  const auto by_exponent = number_a->exponent <=> number_b->exponent;
  const auto by_size = by_exponent != 0 ? by_exponent : number_a->digits <=> number_b->digits;
  return number_a->sign < 0 ? 0 <=> by_size : by_size;
}

}  // namespace

bool is_number(const Value& value) {
  return integer_form(value).has_value() || value.is<double>() || value.is<Decimal>();
}

std::partial_ordering number_order(const Value& a, const Value& b) {
  if (a.is<Decimal>() || b.is<Decimal>()) return decimal_order(a, b);
  if (const auto* real = b.get_if<double>()) return order_with_real(a, *real);
  if (const auto* real = a.get_if<double>()) return 0 <=> order_with_real(b, *real);
  return integer_order(a, b);
}

}  // namespace cairn::graph::filter
