// Numbers as decimal digits and an exponent: what decimals are compared by, and what indexes are ordered by.
#pragma once

#include <cairn/value.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cairn::graph::filter {

/// sign * 0.digits * 10^exponent; no digits are zero.
struct Scientific {
  int sign = 1;
  std::string digits;  ///< without zeros at either end
  std::int64_t exponent = 0;
};

/// Of the text that a Decimal has; empty for NaNs. An infinity has the largest exponent there is.
std::optional<Scientific> scientific(std::string_view text);

/// The number as decimals are compared with it: a real as its shortest decimal. Empty for what is no number, and for integers
/// whose text is not decimal (see BigInteger::text).
std::optional<Decimal> as_decimal(const Value& value);

}  // namespace cairn::graph::filter
