// Ids by their beginnings.
#pragma once

#include <cairn/store.h>

#include <string_view>
#include <vector>

#include "engine/engine.h"

namespace cairn::store {

/// Everything whose id begins with `prefix`: objects, artifacts, checkpoints and nodes. Throws invalid_argument for
/// fewer than 4 hexadecimal digits or other characters (dashes are passed over), limit if more than 1000 match.
std::vector<Named> find_by_prefix(const engine::View& view, std::string_view prefix);

}  // namespace cairn::store
