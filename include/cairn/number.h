// Numbers that no machine word holds: integers of any size, and exact decimals.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace [[gnu::visibility("default")]] cairn {

/// An integer of any size. Ordered by value.
class BigInteger {
 public:
  BigInteger() : bytes_(1) {}  ///< zero
  explicit BigInteger(std::int64_t value);
  explicit BigInteger(std::uint64_t value);

  /// "-12", or hexadecimal with "0x" behind the sign; empty for anything else, and for more than 100,000 decimal digits.
  static std::optional<BigInteger> parse(std::string_view text);
  /// From two's complement, most significant byte first, of any length; no bytes are zero.
  static BigInteger from_bytes(std::span<const std::byte> bytes);

  /// In two's complement, most significant byte first, as short as can be: at least one byte.
  const std::vector<std::byte>& bytes() const { return bytes_; }
  /// As parse reads it: decimal up to 4096 bytes, where decimal takes long hexadecimal.
  std::string text() const;
  bool is_negative() const { return (bytes_.front() & std::byte{0x80}) != std::byte{0}; }

  friend std::strong_ordering operator<=>(const BigInteger& a, const BigInteger& b);
  friend bool operator==(const BigInteger&, const BigInteger&) = default;

 private:
  std::vector<std::byte> bytes_;
};

/// A decimal number with sign, digits and exponent as they were given: 1.10 is not 1.1, -0 is not 0, and there are
/// infinities and NaNs. Source: the General Decimal Arithmetic Specification, whose scientific string this is.
class Decimal {
 public:
  Decimal() : text_("0") {}

  /// A numeric string: "1.10", "-1E+3", "Infinity", "sNaN12", in any case; empty for anything else, and for an exponent
  /// of more than 18 digits.
  static std::optional<Decimal> parse(std::string_view text);
  /// The one scientific string of these digits and this exponent.
  const std::string& text() const { return text_; }

  /// Not by value: by text.
  friend auto operator<=>(const Decimal&, const Decimal&) = default;

 private:
  std::string text_;
};

}  // namespace cairn
