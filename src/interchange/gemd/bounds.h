// Values of attributes against the bounds of their templates.
#pragma once

#include <cairn/interchange.h>

#include <optional>
#include <string>

#include "interchange/gemd/document.h"
#include "interchange/gemd/objects.h"

namespace cairn::interchange::gemd {

/// What is wrong with a value for these bounds; empty if nothing is, and if their units differ: these are not
/// converted here.
std::optional<std::string> fault_within(const Map& value, const Map& bounds);

/// Reports attributes whose values are out of the bounds of their templates, as gemd warns of them. They come
/// in all the same.
void check_bounds(const Document& document, Objects& objects, ImportReport& report);

}  // namespace cairn::interchange::gemd
