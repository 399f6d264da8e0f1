// Which index entries a node and its links have, derived from their records alone.
#pragma once

#include <string>
#include <vector>

#include "engine/engine.h"
#include "format/records.h"

namespace cairn::graph {

using format::NodeId;

/// Data nodes are finished from birth, so an entry for each would say nothing: only processes are in the
/// index.
inline bool is_state_indexed(NodeKind kind) {
  return kind != NodeKind::data;
}

/// Keys of the content, type and state indexes, sorted.
std::vector<std::string> node_index_keys(NodeId id, const format::NodeRecord& record);

/// Key of the backlink index for a link that `holder` holds.
std::string backlink_key(NodeId holder, const format::PackedLink& link);

}  // namespace cairn::graph
