// JSON spelled as Python's json.dumps does, for digests of such texts.
#pragma once

#include <cairn/value.h>

#include <string>

namespace cairn::interchange {

/// json.dumps(value, sort_keys=True) of a value as from_plain_json() reads it: ASCII alone, ", " and ": " between, reals as
/// repr() writes them, NaN and infinities bare. Throws unstorable for kinds of values that plain JSON does not have, limit for
/// an integer of more than 4096 bytes.
std::string python_json(const Value& value);

}  // namespace cairn::interchange
