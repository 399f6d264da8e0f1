// The '$' forms of value_json.h: what stands behind the one key of such an object.
#pragma once

#include <cairn/value.h>

#include <string>
#include <string_view>

namespace cairn::format {

/// The value that {"<tag>": content} stands for. Throws Error(invalid_argument) saying what is wrong with it.
Value read_json_form(std::string_view tag, const Value& content);

}  // namespace cairn::format
