#include "interchange/decimal_digits.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <charconv>
#include <cstdint>
#include <string_view>
#include <vector>

namespace cairn::interchange {
namespace {

constexpr std::size_t kDigitsMax = 100'000;
constexpr std::size_t kHexDigitsMax = 83'049;  // more say more than 100,000 decimal digits
constexpr std::size_t kPieceDigits = 8;        // of 32 bits
constexpr std::uint64_t kLimb = 1'000'000'000;

// Of hexadecimal digits: limbs of nine decimal digits each, the lowest first.
std::vector<std::uint32_t> limbs_of(std::string_view digits) {
  std::vector<std::uint32_t> limbs;
  for (std::size_t at = 0; at < digits.size();) {
    const std::size_t end = at == 0 && digits.size() % kPieceDigits != 0 ? digits.size() % kPieceDigits : at + kPieceDigits;
    std::uint32_t piece = 0;
    std::from_chars(digits.data() + at, digits.data() + end, piece, 16);
    std::uint64_t carry = piece;
    for (std::uint32_t& limb : limbs) {
      carry += std::uint64_t{limb} << 32;
      limb = static_cast<std::uint32_t>(carry % kLimb);
      carry /= kLimb;
    }
    for (; carry != 0; carry /= kLimb) limbs.push_back(static_cast<std::uint32_t>(carry % kLimb));
    at = end;
  }
  return limbs;
}

}  // namespace

std::string decimal_digits(const BigInteger& integer) {
  std::string text = integer.text();
  const std::size_t mark = text.find('x');  // large ones say themselves in hexadecimal digits
  if (mark == std::string::npos) return text;
  const std::string_view digits = std::string_view(text).substr(mark + 1);
  std::string decimal = text.starts_with('-') ? "-" : "";
  if (digits.size() <= kHexDigitsMax) {
    const std::vector<std::uint32_t> limbs = limbs_of(digits);
    decimal += fmt::format("{}", limbs.back());
    for (std::size_t i = limbs.size() - 1; i > 0; --i) decimal += fmt::format("{:09}", limbs[i - 1]);
  }
  if (digits.size() > kHexDigitsMax || decimal.size() > kDigitsMax + text.starts_with('-'))
    throw Error(ErrorCode::limit, fmt::format("write JSON: an integer of more than {} digits", kDigitsMax));
  return decimal;
}

}  // namespace cairn::interchange
