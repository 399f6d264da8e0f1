// Stored values, of any class, for people and for programs.
#pragma once

#include <cairn/value.h>

#include <boost/json/value.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cairn::cli {

/// How much of a value is shown.
struct ValueTextOptions {
  std::size_t elements_max = SIZE_MAX;  ///< of an array or a list, entries of a map
  std::size_t text_max = SIZE_MAX;      ///< characters of a text, bytes of bytes
};

/// What `show` shows of a value.
inline constexpr ValueTextOptions kAbbreviated{.elements_max = 8, .text_max = 200};

/// A file's content as a value.
Value bytes_value(std::string_view content);
/// What stands in a file as it is: text and bytes; empty for all else.
std::optional<std::string> file_content(const Value& value);

/// Indented lines, each with its newline.
std::string value_text(const Value& value, const ValueTextOptions& options = {});

/// The tagged form of value_json.h as part of a larger document.
boost::json::value value_document(const Value& value);

}  // namespace cairn::cli
