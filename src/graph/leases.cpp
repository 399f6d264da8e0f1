#include "graph/leases.h"

#include "format/keys.h"

namespace cairn::graph {
namespace {

using format::CellId;
using format::kRootCell;
namespace row = format::row;

std::vector<NodeBlock> listed_blocks(const engine::View& view, CellId cell) {
  std::vector<NodeBlock> blocks;
  const auto rows = view.rows(kRootCell);
  const std::string prefix = row::blocks_of(cell);
  for (bool more = rows->seek(prefix); more && rows->key().starts_with(prefix); more = rows->next())
    blocks.push_back({row::parse_block(rows->key()), format::parse_be64(rows->value())});
  return blocks;
}

std::vector<NodeBlock> blocks_among_all(const engine::View& view, CellId cell) {
  std::vector<NodeBlock> blocks;
  const auto rows = view.rows(kRootCell);
  for (bool more = rows->seek(row::lease(0)); more && rows->key().front() == row::kLease; more = rows->next()) {
    const std::string_view value = rows->value();
    if (format::parse_be64(value.substr(0, 8)) == cell)
      blocks.push_back({row::parse_lease(rows->key()), format::parse_be64(value.substr(8))});
  }
  return blocks;
}

}  // namespace

std::vector<NodeBlock> blocks_of(const engine::View& view, CellId cell) {
  std::vector<NodeBlock> blocks = listed_blocks(view, cell);
  return blocks.empty() ? blocks_among_all(view, cell) : blocks;
}

std::vector<engine::RowEdit> lease_rows(const engine::View& view, CellId cell, const NodeBlock& block) {
  std::vector<engine::RowEdit> rows;
  rows.push_back({row::lease(block.first), format::be64_pair(cell, block.count)});
  rows.push_back({row::block(cell, block.first), format::be64_text(block.count)});
  // Once a cell has such a row it has one for each block. One that was never committed to has no nodes yet.
  if (view.cell(cell).version != 0 && listed_blocks(view, cell).empty())
    for (const NodeBlock& earlier : blocks_among_all(view, cell))
      rows.push_back({row::block(cell, earlier.first), format::be64_text(earlier.count)});
  return rows;
}

}  // namespace cairn::graph
