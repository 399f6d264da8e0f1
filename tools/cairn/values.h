// Stored values, of any class, for people and for programs.
#pragma once

#include <cairn/text.h>
#include <cairn/value.h>

#include <boost/json/value.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cairn::cli {

/// What `show` shows of a value.
inline constexpr TextOptions kAbbreviated{.elements_max = 8, .text_max = 200};

/// A file's content as a value.
Value bytes_value(std::string_view content);
/// What stands in a file as it is: text and bytes; empty for all else.
std::optional<std::string> file_content(const Value& value);

/// The tagged form of value_json.h as part of a larger document.
boost::json::value value_document(const Value& value);

}  // namespace cairn::cli
