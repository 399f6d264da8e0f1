// Shapes of SCALE-MS data: the sizes of its dimensions, the outer ones first.
#pragma once

#include <cairn/value.h>

#include <string>

namespace cairn::interchange::scalems {

/// What may stand in a shape.
enum class Sizes : bool {
  integers,                  ///< all that the code of SCALE-MS reads; also those below one, which it takes as they are
  integers_and_constraints,  ///< also a name such as "constraints.OneOrMore", or an object that says so, as specified
};

/// What is wrong with it as a shape; empty if nothing is.
std::string shape_fault(const Value& shape, Sizes sizes);

/// True if data can be said to have the shape: its outer dimensions are of these sizes. A single value that is no array has the
/// shape [1]. Cost: looks at each element of these dimensions.
bool has_shape(const Value& data, const List& shape);

/// The sizes of the outer dimensions that data has all over, such as "[2, 3]".
std::string shape_text(const Value& data);

/// A list of lists, all of one length, of integers or of reals as a numeric array; anything else as it is.
Value packed(Value data);
/// The way back.
Value unpacked(Value data);

}  // namespace cairn::interchange::scalems
