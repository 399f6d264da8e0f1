// Integers of any size as JSON has them.
#pragma once

#include <cairn/value.h>

#include <string>

namespace cairn::interchange {

/// The digits of the integer, with its sign. Throws limit for more than 100,000, which nobody here would read again. Cost: a
/// tenth of a second for so many; it grows with their square.
std::string decimal_digits(const BigInteger& integer);

}  // namespace cairn::interchange
