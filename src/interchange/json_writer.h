// Values as the plain JSON of other systems: maps with text keys, lists, text, numbers, booleans, null.
#pragma once

#include <cairn/value.h>

#include <iosfwd>
#include <string>

namespace cairn::interchange {

/// What becomes of numbers that JSON has no text for.
enum class Nonfinite : bool {
  refuse,
  bare,  ///< NaN, Infinity, -Infinity, and escapes of halves of surrogate pairs, as Python writes and reads them
};

/// On one line. Text is written as it is, control characters as escapes. Throws unstorable for what has no plain JSON, which
/// are all other kinds of values, and NaN and infinities unless they may be bare. Also takes what from_plain_json() gives with
/// keep_order and allow_half_pairs.
std::string json_line(const Value& value, Nonfinite nonfinite = Nonfinite::refuse);

/// For people: a member or element a line, indented by two. Memory: a small piece.
void write_json(const Value& value, std::ostream& out, Nonfinite nonfinite = Nonfinite::refuse);

}  // namespace cairn::interchange
