// Plain JSON, as programs write it that know nothing of '$' forms (value_json.h): no key of it means anything special.
#pragma once

#include <cairn/value.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace [[gnu::visibility("default")]] cairn {

/// Lists and objects in one another. Values nest at most twice as deep (kDepthMax), so what is read can be stored.
inline constexpr unsigned kPlainJsonDepthMax = 100;

/// More than this is refused whatever is asked for: values that nest are destroyed, compared and walked by recursion.
inline constexpr unsigned kPlainJsonDepthLimit = 10'000;

struct PlainJsonOptions {
  bool allow_nonfinite = false;  ///< also NaN, Infinity and -Infinity, as Python writes them
  unsigned depth_max = kPlainJsonDepthMax;  ///< at most kPlainJsonDepthLimit; beyond kPlainJsonDepthMax not all can be stored
};

/// The one value of a document: objects as maps, integers of any size, reals as the nearest double. Throws bad_document with line,
/// column (in bytes, from 1) and JSON pointer for what is no JSON, for text that is not UTF-8 or has half of a surrogate pair,
/// for a key that is there twice, and for a real that no double holds; limit for one that nests too deep.
Value from_plain_json(std::string_view json, const PlainJsonOptions& options = {});

/// The JSON pointer (RFC 6901) to a member or an element of what `outer` points to.
std::string pointer_to(std::string_view outer, std::string_view key);
std::string pointer_to(std::string_view outer, std::size_t index);

}  // namespace cairn
