// Values as JSON that loses nothing: to show them, to edit them by hand, to hand them to other programs.
//
// Plain JSON stands for what it can express: null, booleans, integers, reals (always with '.' or 'e', so 1 and 1.0
// differ), text, lists, and maps whose keys are text that does not begin with '$'. All else is an object with one
// key that says what it is:
//
//   {"$bytes": "aGVsbG8="}                                  base64
//   {"$real": "nan:7ff8000000000000"}                       its bits; or "inf", "-inf"
//   {"$map": [[key, value], ...]}
//   {"$object": {"class": "Point", "version": 1, "fields": [["x", 1.5, "float64"], ...]}}
//                                                           type, and codec, of a field may be left out: "value", none
//   {"$array": {"dtype": "float64", "shape": [2, 3], "data": "..."}}    base64 of the little-endian elements
//   {"$storedArray": {"dtype": "float64", "shape": [2, 3], "size": 48}}
//   {"$objectRef": "<32 hex digits>"}, {"$artifactRef": "<32 hex digits>"}, {"$nodeRef": "<UUID>"}
//   {"$identity": {"scope": "...", "id": "..."}}
//   {"$integer": "18446744073709551616"}                    beyond 64 bits; hexadecimal with 0x beyond 4096 bytes
//   {"$decimal": "1.10"}, {"$complex": [re, im]}            two reals
//   {"$tuple": [...]}, {"$set": [...]}
//   {"$date": "2024-02-29"}, {"$time": "23:59:59.5"}, {"$duration": "-PT1.5S"}
//   {"$datetime": "2024-02-29T23:59:59.5+01:00[Europe/Paris]"}    RFC 9557; without offset and zone if naive
//   {"$uuid": "<UUID>"}, {"$path": "/tmp/x"}                {"$path": {"$bytes": "..."}} if it is not UTF-8
//   {"$enum": {"type": "Color", "name": "red", "value": 1}}
//   {"$quantity": {"magnitude": 1.5, "unit": "eV"}}
//   {"$lossy": {"type": "std::function<void()>", "rest": ...}}
//   {"$graph": {"shared": [...], "root": ...}}              values that are shared, and in them and in the root
//   {"$shared": 0}                                          their numbers
//   {"$message": {"type": "<16 hex digits>", "schema": "...", "data": "..."}}    both base64, see message.h
#pragma once

#include <cairn/value.h>

#include <string>
#include <string_view>

namespace [[gnu::visibility("default")]] cairn {

/// One line, keys in the order of Value. Throws limit if values nest deeper than kDepthMax.
std::string to_json(const Value& value);

/// The value that to_json wrote, or that somebody typed. Throws invalid_argument, with line and column of what is no JSON, a key
/// that is there twice, or a number that no Value can hold exactly or nearest, and with the JSON pointer to a wrong or unknown
/// '$' form; limit if values nest too deep.
Value from_json(std::string_view json);

}  // namespace cairn
