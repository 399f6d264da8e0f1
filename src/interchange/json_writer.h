// Values as the plain JSON of other systems: maps with text keys, lists, text, numbers, booleans, null.
#pragma once

#include <cairn/value.h>

#include <iosfwd>
#include <string>

namespace cairn::interchange {

/// On one line. Text is written as it is, control characters as escapes. Throws unstorable for what has no plain JSON, which
/// are all other kinds of values, and NaN and infinities.
std::string json_line(const Value& value);

/// For people: a member or element a line, indented by two. Memory: a small piece.
void write_json(const Value& value, std::ostream& out);

}  // namespace cairn::interchange
