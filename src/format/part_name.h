// The names in paths of part.h.
#pragma once

#include <string>
#include <string_view>

namespace cairn::format {

/// Goes on from `path` with a field or text key: `.name`, without the dot if it is the first, or `["name"]`.
void append_part_name(std::string& path, std::string_view name);

}  // namespace cairn::format
