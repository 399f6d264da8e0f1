// The order of Value, on stored values. For src/format/*.cpp only.
#pragma once

#include <compare>

#include "format/encode_context.h"
#include "format/wire.h"

namespace cairn::format {

/// Compares as Value's operator<=> would, without making Values. `context` has the schemas. Arrays are inside: they
/// are keys of a map, or part of one.
std::strong_ordering wire_order(wire::Value::Reader a, wire::Value::Reader b, const EncodeContext& context);

}  // namespace cairn::format
