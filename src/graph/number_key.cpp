#include "graph/number_key.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <system_error>

#include "base/bytes.h"
#include "graph/scientific.h"

namespace cairn::graph::filter {
namespace {

using base::append_big_endian;

constexpr std::size_t kDigitsMost = 40;
constexpr std::size_t kLargeBytesMost = 32;
constexpr int kShortExponent = 100;
constexpr std::uint64_t kSignBit = std::uint64_t{1} << 63;

// What a key begins with, in order. Stored.
enum class Part : unsigned char {
  minus_infinity = 0x10,
  minus_large = 0x18,
  minus = 0x20,
  zero = 0x28,
  plus = 0x30,
  plus_large = 0x38,
  plus_infinity = 0x40,
  nan = 0x48,
};

// What a key ends with.
constexpr char kNoMoreDigits = '\0';
constexpr char kMoreDigits = '\x01';

std::string key_of(Part part) { return std::string(1, static_cast<char>(part)); }

// One byte for most, nine for others.
void append_exponent(std::string& key, std::int64_t exponent) {
  if (exponent >= -kShortExponent && exponent <= kShortExponent) {
    key.push_back(static_cast<char>(0x80 + exponent));
    return;
  }
  key.push_back(exponent < 0 ? '\x0f' : '\xf0');
  append_big_endian(key, static_cast<std::uint64_t>(exponent) ^ kSignBit);
}

// Two digits a byte, from 2 on: what ends a key is less.
void append_digits(std::string& key, std::string_view digits) {
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    const int first = digits[i] - '0', second = i + 1 < digits.size() ? digits[i + 1] - '0' : 0;
    key.push_back(static_cast<char>(2 + 10 * first + second));
  }
}

std::string finite_key(const Scientific& number) {
  if (number.sign == 0) return key_of(Part::zero);
  std::string size;
  append_exponent(size, number.exponent);
  append_digits(size, std::string_view(number.digits).substr(0, kDigitsMost));
  size.push_back(number.digits.size() > kDigitsMost ? kMoreDigits : kNoMoreDigits);
  if (number.sign > 0) return key_of(Part::plus) + size;
  for (char& c : size) c = static_cast<char>(~c);
  return key_of(Part::minus) + size;
}

std::string infinity_key(bool is_negative) { return key_of(is_negative ? Part::minus_infinity : Part::plus_infinity); }

std::string decimal_key(const Decimal& decimal) {
  const auto number = scientific(decimal.text());
  if (!number) return key_of(Part::nan);
  if (number->exponent == std::numeric_limits<std::int64_t>::max()) return infinity_key(number->sign < 0);
  return finite_key(*number);
}

std::string real_key(double real) {
  if (std::isnan(real)) return key_of(Part::nan);
  if (std::isinf(real)) return infinity_key(real < 0);
  // A double has at most 767 digits, and all of them count.
  std::array<char, 800> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), real, std::chars_format::scientific, 766).ptr;
  *std::find(text.data(), end, 'e') = 'E';
  return finite_key(*scientific({text.data(), static_cast<std::size_t>(end - text.data())}));
}

// Of an integer beyond all whose text is decimal, and so beyond all finite reals. In two's complement of equal length, the
// larger bytes are the larger number, whatever its sign.
std::string large_key(const BigInteger& integer) {
  const auto& bytes = integer.bytes();
  std::string key = key_of(integer.is_negative() ? Part::minus_large : Part::plus_large);
  append_big_endian(key, integer.is_negative() ? ~std::uint64_t{bytes.size()} : std::uint64_t{bytes.size()});
  key.append(reinterpret_cast<const char*>(bytes.data()), kLargeBytesMost);
  return key;
}

std::string integer_key(const std::string& decimal) { return finite_key(*scientific(decimal)); }

std::optional<Value> nearest_real(const Decimal& decimal) {
  const std::string& text = decimal.text();
  double real = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), real);
  if (read.ec == std::errc()) return std::isnan(real) ? std::nullopt : std::optional<Value>(real);
  const auto number = scientific(text);
  if (!number || read.ec != std::errc::result_out_of_range) return std::nullopt;
  const double size = number->exponent > 0 ? std::numeric_limits<double>::infinity() : 0.0;
  return Value(number->sign < 0 ? -size : size);
}

}  // namespace

std::string number_key(const Value& number) {
  if (const auto* real = number.get_if<double>()) return real_key(*real);
  if (const auto* decimal = number.get_if<Decimal>()) return decimal_key(*decimal);
  if (const auto* integer = number.get_if<std::int64_t>()) return integer_key(std::to_string(*integer));
  if (const auto* natural = number.get_if<std::uint64_t>()) return integer_key(std::to_string(*natural));
  const BigInteger& large = *number.get_if<BigInteger>();
  const std::string text = large.text();
  return text.find('x') == std::string::npos ? integer_key(text) : large_key(large);
}

bool is_exact_number_key(std::string_view key) {
  switch (static_cast<Part>(key.front())) {
    case Part::minus: return key.back() == static_cast<char>(~kNoMoreDigits);
    case Part::plus: return key.back() == kNoMoreDigits;
    case Part::minus_infinity:
    case Part::zero:
    case Part::plus_infinity: return true;
    default: return false;
  }
}

std::optional<Value> counterpart(const Value& number) {
  if (const auto* decimal = number.get_if<Decimal>()) return nearest_real(*decimal);
  if (!number.is<double>()) return std::nullopt;
  const auto decimal = as_decimal(number);
  return decimal ? std::optional<Value>(*decimal) : std::nullopt;
}

}  // namespace cairn::graph::filter
