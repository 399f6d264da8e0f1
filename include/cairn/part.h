// Parts of stored values, by path: `solver.tolerance`, `atoms[17].charge`, `results["run 5"][0]`.
//
// A path is a row of steps. A name, with a dot before it unless it is the first, is a field of an object or a text key of a
// map; it is made of letters, digits, '_', ':' , '-' and bytes beyond ASCII. ["name"] is the same for any name, '"' and '\'
// in it with a '\' before them. [n] is element n, from 0, of a list, a tuple or a set. The empty path is the whole value.
#pragma once

#include <cairn/decoder.h>

#include <functional>
#include <string_view>

namespace [[gnu::visibility("default")]] cairn {

/// Calls `read` with the part of `in` at `path`. Throws invalid_argument if that is no path, saying where; not_found, with
/// the path so far, if there is no such part; type_mismatch if a step leads into what has no parts. Cost: only what lies on
/// the way is read, so an element of a long list costs one segment of it.
void read_part(const Decoder& in, std::string_view path, const std::function<void(const Decoder&)>& read);

}  // namespace cairn
