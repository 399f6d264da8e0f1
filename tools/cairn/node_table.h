// Nodes as lines of a listing.
#pragma once

#include <cairn/node.h>

#include <string>
#include <vector>

#include "text.h"

namespace cairn::cli {

/// A table for the rows below; `more` headings come behind.
Table node_table(const std::vector<std::string>& more = {});
/// Id, kind, state, type, label and run, then `more`.
std::vector<std::string> node_row(const Node& node, const std::vector<std::string>& more = {});

/// Kind, type and label, as far as there are any.
std::string node_title(const Node& node);

}  // namespace cairn::cli
