// Places of a document, as reports name them.
#pragma once

#include <string_view>

namespace cairn::interchange::scalems {

/// Orders JSON pointers by their parts, those that are numbers by value and before those that are names.
bool is_place_before(std::string_view a, std::string_view b);

}  // namespace cairn::interchange::scalems
