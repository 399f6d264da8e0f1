// From the text of a filter to its tree. The grammar is in include/cairn/filter.h.
#pragma once

#include <cairn/filter.h>

#include <string_view>

#include "graph/filter_tree.h"

namespace cairn::graph::filter {

/// Throws Fault.
TermPtr parse_filter(std::string_view text);
/// The whole text as a path; attributes and extras may stand alone. Throws Fault.
FilterPath parse_path(std::string_view text);

}  // namespace cairn::graph::filter
