// Filters, and what they are made of, as text that parses back.
#pragma once

#include <cairn/filter.h>

#include <string>
#include <string_view>

#include "graph/filter_tree.h"

namespace cairn::graph::filter {

std::string term_text(const Term& term);
std::string path_text(const FilterPath& path);
std::string operand_text(const Operand& operand);
/// In quotes, with escapes for these, backslashes and control characters. `text` is UTF-8.
std::string quoted_text(std::string_view text);

}  // namespace cairn::graph::filter
