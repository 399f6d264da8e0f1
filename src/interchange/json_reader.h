// Plain JSON documents of other systems, read into values with the place of whatever is wrong.
#pragma once

#include <cairn/value.h>

#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>

namespace cairn::interchange {

/// Lists and objects in one another. What is imported is stored in values, which nest at most twice as deep.
inline constexpr unsigned kJsonDepthMax = 100;

/// The one value of a document: objects as maps, integers of any size, reals as the nearest double. Nothing is special
/// about any key. Throws bad_document with line and column for what is no JSON, for text that is not UTF-8 or has half of a
/// surrogate pair, for a key that is there twice, and for a real that no double holds; limit for one of more than `bytes_max`
/// bytes, or that nests too deep; io.
Value read_json(std::istream& in, std::uint64_t bytes_max);

/// The pointer to a member or element (RFC 6901).
std::string pointer_to(std::string_view outer, std::string_view key);
std::string pointer_to(std::string_view outer, std::size_t index);

/// Throws bad_document.
[[noreturn]] void throw_bad(std::string_view place, const std::string& problem);

}  // namespace cairn::interchange
