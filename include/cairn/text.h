// Values as text for people, whatever class wrote them, without knowing that class.
//
// As lines, a field, entry or element each, indented below what it is in:
//
//   Point (version 2)
//     x: 1.5
//     tags:
//       - "a"
//
// On one line, as nested terms. Text is in quotes, with \" \\ \n and \xNN in it; so are names of classes and fields
// unless they are of letters, digits and any of _.:<>*&- alone. What is left out is "..." outside of quotes; where
// nothing is, values that differ have texts that differ, but for the types of fields and the bits of NaNs within arrays.
//
//   null  true  -12  1.0  -inf  nan  nan:7ff0000000000001    reals always with '.', 'e' or 'n'; the NaN with its bits
//   "text"  "the beginning of a text"...
//   [1, 2]  tuple(1, 2)  set(1, 2)  {"key": 1, 2: "x"}
//   Point@version=2(x=1.5,tags=["a"])
//   float64[2, 3](1, 2, 3, 4, 5, ...)                        element type, shape, elements in C order
//   float64[200000](...)                                     an array that was left in the store
//   bytes(6162)  decimal(1.10)  complex(1.0, -0.0)  date(2024-02-29)  time(23:59:59.5)  duration(-PT1.5S)
//   datetime(2024-02-29T23:59:59.5+01:00[Europe/Paris])  uuid(<UUID>)  path("/tmp/x")  enum("Color", "red", 1)
//   quantity(1.5, "eV")  identity("scope", "id")  object(<32 hex digits>)  artifact(<32 hex digits>)  node(<UUID>)
//   message(<type id>, <data>)  lossy("std::function<void()>", "rest")
//   graph(Cake@version=1(flour=shared(0)), ["shared value 0"])
#pragma once

#include <cairn/encoder.h>
#include <cairn/value.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace [[gnu::visibility("default")]] cairn {

enum class TextForm {
  lines,  ///< each with its newline
  line,   ///< one, without a newline
};

/// How a value is shown, and how much of it.
struct TextOptions {
  TextForm form = TextForm::lines;
  std::size_t elements_max = SIZE_MAX;  ///< of an array, a list or the like, entries of a map
  std::size_t text_max = SIZE_MAX;      ///< characters of a text or number, digits of bytes
  unsigned depth_max = kDepthMax;       ///< values nested deeper are left out; 1 is a list without the lists in it
  std::size_t bytes_max = SIZE_MAX;     ///< of the result: once it has as many, dots and brackets alone follow
};

/// Control characters are \xNN, so that the text can be shown on a terminal. Throws limit if keys of maps nest deeper
/// than kDepthMax.
std::string to_text(const Value& value, const TextOptions& options = {});

/// Control characters and bytes that are not UTF-8 as \xNN: a name must not steer the terminal of who lists it.
std::string printable(std::string_view text);

/// The text if it has at most `characters_max` characters, else its beginning and "...", together as many.
std::string shortened(std::string_view text, std::size_t characters_max);

/// "512 B", "1.2 MiB".
std::string human_size(std::uint64_t bytes);

}  // namespace cairn
