// Elements of numeric arrays as text.
#pragma once

#include <cairn/value.h>

#include <cstddef>
#include <string>

namespace cairn::cli {

/// The first elements in C order, separated by commas; "..." at the end if there are more than `elements_max`.
std::string elements_text(const Array& array, std::size_t elements_max);

}  // namespace cairn::cli
