// Which node ids belong to a cell: the blocks of ids it has leased.
#pragma once

#include <vector>

#include "engine/engine.h"

namespace cairn::graph {

struct NodeBlock {
  format::NodeId first = 0;
  std::uint64_t count = 0;

  friend bool operator==(const NodeBlock&, const NodeBlock&) = default;
};

/// In order of id. Cost: the cell's own blocks; in a store that was written before blocks were listed by cell, those
/// of all cells until the cell leases its next one.
std::vector<NodeBlock> blocks_of(const engine::View& view, format::CellId cell);

/// The rows of the root cell for one more lease of `cell`.
std::vector<engine::RowEdit> lease_rows(const engine::View& view, format::CellId cell, const NodeBlock& block);

}  // namespace cairn::graph
