// BigInteger and Decimal.
#include <cairn/number.h>

#include <boost/multiprecision/cpp_int.hpp>

#include <algorithm>
#include <charconv>
#include <iterator>

#include "base/bytes.h"

namespace cairn {

namespace {

using boost::multiprecision::cpp_int;
using Bytes = std::vector<std::byte>;

constexpr std::size_t kDecimalBytesMax = 4096;
constexpr std::size_t kDecimalDigitsMax = 100'000;  // reading them takes tens of milliseconds
constexpr std::size_t kExponentDigitsMax = 18;
constexpr std::int64_t kExponentEnd = 1'000'000'000'000'000'000;

// Two's complement with no byte more than its sign needs.
Bytes shortest(Bytes bytes) {
  const auto needless = [&](std::size_t i) {
    const bool next_is_negative = (bytes[i + 1] & std::byte{0x80}) != std::byte{0};
    return bytes[i] == (next_is_negative ? std::byte{0xff} : std::byte{0});
  };
  std::size_t first = 0;
  while (first + 1 < bytes.size() && needless(first)) ++first;
  bytes.erase(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(first));
  if (bytes.empty()) bytes.push_back(std::byte{0});
  return bytes;
}

// Minus the number, in a byte more than it has.
Bytes negated(std::span<const std::byte> bytes) {
  const bool is_negative = !bytes.empty() && (bytes.front() & std::byte{0x80}) != std::byte{0};
  Bytes result(bytes.size() + 1, is_negative ? std::byte{0} : std::byte{0xff});
  std::transform(bytes.begin(), bytes.end(), result.begin() + 1, [](std::byte byte) { return ~byte; });
  unsigned carry = 1;
  for (auto byte = result.rbegin(); byte != result.rend() && carry != 0; ++byte) {
    const unsigned sum = std::to_integer<unsigned>(*byte) + carry;
    *byte = static_cast<std::byte>(sum);
    carry = sum >> 8;
  }
  return result;
}

template <class Integer>
Bytes big_endian_bytes(Integer value) {
  Bytes bytes;
  for (int shift = 56; shift >= 0; shift -= 8) bytes.push_back(static_cast<std::byte>(value >> shift));
  return bytes;
}

bool all_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<Bytes> parse_magnitude(std::string_view text) {
  Bytes bytes{std::byte{0}};  // never negative
  if (text.starts_with("0x") || text.starts_with("0X")) {
    std::string digits(text.substr(2));
    if (digits.empty()) return std::nullopt;
    if (digits.size() % 2 != 0) digits.insert(0, 1, '0');
    std::vector<std::uint8_t> magnitude(digits.size() / 2);
    if (!base::parse_hex(digits, magnitude)) return std::nullopt;
    std::ranges::transform(magnitude, std::back_inserter(bytes), [](std::uint8_t byte) { return std::byte{byte}; });
    return bytes;
  }
  if (text.empty() || text.size() > kDecimalDigitsMax || !all_digits(text)) return std::nullopt;
  const std::size_t first = std::min(text.find_first_not_of('0'), text.size() - 1);  // a zero in front means octal
  std::vector<std::uint8_t> magnitude;
  export_bits(cpp_int(std::string(text.substr(first))), std::back_inserter(magnitude), 8);
  std::ranges::transform(magnitude, std::back_inserter(bytes), [](std::uint8_t byte) { return std::byte{byte}; });
  return bytes;
}

std::string magnitude_text(std::span<const std::byte> bytes) {
  const auto* first = reinterpret_cast<const std::uint8_t*>(bytes.data());
  if (bytes.size() > kDecimalBytesMax) {
    const std::string digits = base::hex({first, bytes.size()});
    return "0x" + digits.substr(digits.find_first_not_of('0'));
  }
  cpp_int number;
  import_bits(number, first, first + bytes.size(), 8);
  return number.str();
}

}  // namespace

// ---- BigInteger ----

BigInteger::BigInteger(std::int64_t value) : bytes_(shortest(big_endian_bytes(value))) {}

BigInteger::BigInteger(std::uint64_t value) {
  Bytes bytes = big_endian_bytes(value);
  bytes.insert(bytes.begin(), std::byte{0});
  bytes_ = shortest(std::move(bytes));
}

std::optional<BigInteger> BigInteger::parse(std::string_view text) {
  const bool is_negative = text.starts_with('-');
  const auto magnitude = parse_magnitude(text.substr(is_negative ? 1 : 0));
  if (!magnitude) return std::nullopt;
  return from_bytes(is_negative ? negated(*magnitude) : *magnitude);
}

BigInteger BigInteger::from_bytes(std::span<const std::byte> bytes) {
  BigInteger number;
  number.bytes_ = shortest(Bytes(bytes.begin(), bytes.end()));
  return number;
}

std::string BigInteger::text() const {
  return is_negative() ? "-" + magnitude_text(negated(bytes_)) : magnitude_text(bytes_);
}

std::strong_ordering operator<=>(const BigInteger& a, const BigInteger& b) {
  if (a.is_negative() != b.is_negative()) return b.is_negative() <=> a.is_negative();
  const auto by_length = a.is_negative() ? b.bytes_.size() <=> a.bytes_.size() : a.bytes_.size() <=> b.bytes_.size();
  return by_length != 0 ? by_length : a.bytes_ <=> b.bytes_;
}

// ---- Decimal ----

namespace {

// Takes the letters in front, in any case; `word` is in lower case.
bool take_word(std::string_view& text, std::string_view word) {
  if (text.size() < word.size()) return false;
  for (std::size_t i = 0; i < word.size(); ++i)
    if ((text[i] | 0x20) != word[i]) return false;
  text.remove_prefix(word.size());
  return true;
}

std::string without_leading_zeros(std::string_view digits) {
  return std::string(digits.substr(std::min(digits.find_first_not_of('0'), digits.size())));
}

std::optional<std::string> special_text(std::string_view text) {
  if (take_word(text, "inf")) return text.empty() || (take_word(text, "inity") && text.empty()) ? "Infinity" : "";
  const bool signals = take_word(text, "s");
  if (!take_word(text, "nan")) return std::nullopt;
  if (!all_digits(text)) return "";
  return (signals ? "sNaN" : "NaN") + without_leading_zeros(text);
}

// to-scientific-string of the specification.
std::string finite_text(std::string digits, std::int64_t exponent) {
  const auto size = static_cast<std::int64_t>(digits.size());
  const std::int64_t adjusted = exponent + size - 1;
  if (exponent <= 0 && adjusted >= -6) {
    if (exponent == 0) return digits;
    if (size + exponent <= 0) digits.insert(0, static_cast<std::size_t>(1 - size - exponent), '0');
    return digits.insert(digits.size() - static_cast<std::size_t>(-exponent), 1, '.');
  }
  if (size > 1) digits.insert(1, 1, '.');
  return digits + (adjusted < 0 ? "E-" : "E+") + std::to_string(adjusted < 0 ? -adjusted : adjusted);
}

std::optional<std::int64_t> parse_exponent(std::string_view text) {
  const bool is_negative = text.starts_with('-');
  if (is_negative || text.starts_with('+')) text.remove_prefix(1);
  if (text.empty() || !all_digits(text)) return std::nullopt;
  const std::string digits = without_leading_zeros(text);
  if (digits.size() > kExponentDigitsMax) return std::nullopt;
  std::int64_t exponent = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
  return is_negative ? -exponent : exponent;
}

std::optional<std::string> parse_finite(std::string_view text) {
  std::int64_t exponent = 0;
  if (const std::size_t at = text.find_first_of("eE"); at != std::string_view::npos) {
    const auto written = parse_exponent(text.substr(at + 1));
    if (!written) return std::nullopt;
    exponent = *written;
    text = text.substr(0, at);
  }
  std::string digits(text);
  if (const std::size_t point = digits.find('.'); point != std::string::npos) {
    digits.erase(point, 1);
    exponent -= static_cast<std::int64_t>(digits.size() - point);
  }
  if (digits.empty() || !all_digits(digits)) return std::nullopt;
  digits = without_leading_zeros(digits);
  if (digits.empty()) digits = "0";
  const std::int64_t adjusted = exponent + static_cast<std::int64_t>(digits.size()) - 1;
  if (exponent <= -kExponentEnd || adjusted >= kExponentEnd) return std::nullopt;  // could not be read back
  return finite_text(std::move(digits), exponent);
}

}  // namespace

std::optional<Decimal> Decimal::parse(std::string_view text) {
  const bool is_negative = text.starts_with('-');
  if (is_negative || text.starts_with('+')) text.remove_prefix(1);
  const auto special = special_text(text);
  const auto number = special ? special : parse_finite(text);
  if (!number || number->empty()) return std::nullopt;
  Decimal decimal;
  decimal.text_ = (is_negative ? "-" : "") + *number;
  return decimal;
}

}  // namespace cairn
