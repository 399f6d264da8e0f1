// Keys of numbers, whose bytes are in the order of the numbers. Layout: schema/FORMAT.md, "Keys of values".
#pragma once

#include <cairn/value.h>

#include <optional>
#include <string>
#include <string_view>

namespace cairn::graph::filter {

/// Of a number of any type, by its exact value: the first 40 of its decimal digits, and whether there are more. So it tells
/// apart all integers of 128 bits, all decimals of 34 digits, all reals, and these from each other, unless they agree in 40
/// digits. Of integers whose text is not decimal (see BigInteger::text) it has the first 32 bytes. No key begins another one.
/// At most 41 bytes.
std::string number_key(const Value& number);

/// Whether all numbers of that key are equal.
bool is_exact_number_key(std::string_view key);

/// What a real is to decimals, or a decimal to reals: the shortest decimal that reads back as that real, and the nearest real.
/// All that compares equal to a number, or less, has a key that is not above the larger of the two keys; and so downwards.
/// Empty for integers and NaNs.
std::optional<Value> counterpart(const Value& number);

}  // namespace cairn::graph::filter
