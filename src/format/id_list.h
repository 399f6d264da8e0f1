// Ids of nodes in ascending order, as short as they are near to each other.
//
//   varints  the first id, then for each further one its distance from the one before it
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "format/keys.h"

namespace cairn::format {

std::string encode_ids(std::span<const NodeId> ascending);
/// Throws Error(damaged).
std::vector<NodeId> decode_ids(std::string_view bytes);

}  // namespace cairn::format
