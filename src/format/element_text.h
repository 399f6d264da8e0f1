// Elements of numeric arrays as text.
#pragma once

#include <cairn/value.h>

#include <cstddef>
#include <string>

namespace cairn::format {

/// The first elements in C order, separated by commas; "..." at the end if there are more than `elements_max`, or more
/// than begin within `bytes_max` of text.
std::string elements_text(const Array& array, std::size_t elements_max, std::size_t bytes_max);

}  // namespace cairn::format
