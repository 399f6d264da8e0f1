// NodePaths between two nodes.
#pragma once

#include <cairn/node_path.h>

#include <optional>

#include "store/store_state.h"

namespace cairn::store {

std::optional<NodePath> find_path(const StoreState& state, const Uuid& from, const Uuid& to, const NodePathOptions& options);
NodePaths find_paths(const StoreState& state, const Uuid& from, const Uuid& to, const NodePathOptions& options);

}  // namespace cairn::store
