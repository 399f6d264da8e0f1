// Patterns of text, as `~` in a filter has them.
#pragma once

#include <string_view>

namespace cairn::graph::filter {

/// Whether all of `text` fits: * stands for any characters or none, ? for one, and no character takes their
/// meaning away. Both are UTF-8. Cost: at most the product of their lengths.
bool fits_pattern(std::string_view text, std::string_view pattern);

}  // namespace cairn::graph::filter
