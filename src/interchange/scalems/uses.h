// Which texts of an element are references.
#pragma once

#include <cairn/interchange.h>

#include <vector>

#include "interchange/scalems/element.h"

namespace cairn::interchange::scalems {

/// Members that are text, those of objects within, and what a node depends on. Arrays are data, and data has no references. A
/// text that must be a reference and is none throws bad_document with its place; where nothing says whether it must be, it is
/// reported.
std::vector<Use> uses_of(const Element& element, ImportReport& report);

}  // namespace cairn::interchange::scalems
