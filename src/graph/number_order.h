// The order of numbers by value, whichever of Value's types they have.
#pragma once

#include <cairn/value.h>

#include <compare>

namespace cairn::graph::filter {

bool is_number(const Value& value);

/// How a stands to b by value, without rounding. Unordered if one of them is NaN, or no number. A real stands
/// to a decimal as the shortest decimal that reads back as this real: what somebody wrote as 0.1 equals the
/// decimal 0.1. An integer whose text is not decimal (see BigInteger::text) and a decimal are unordered: that
/// would cost seconds.
std::partial_ordering number_order(const Value& a, const Value& b);

}  // namespace cairn::graph::filter
