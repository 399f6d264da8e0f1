// The language of Graphviz.
#pragma once

#include <cstddef>
#include <string>

#include "lineage/folding.h"

namespace cairn::cli {

/// A digraph whose nodes have their UUIDs for names. `id_digits` of them are shown.
std::string dot_text(const Folding& folding, std::size_t id_digits);

}  // namespace cairn::cli
