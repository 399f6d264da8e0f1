#include "store/root.h"

#include <algorithm>
#include <iterator>

#include "format/keys.h"
#include "store/commit.h"

namespace cairn::store {
namespace {

std::uint64_t next_of(const engine::View& view, const std::string& key, std::uint64_t first) {
  const auto value = view.find_row(format::kRootCell, key);
  return value ? format::parse_be64(*value) : first;
}

CommitRequest request(std::string_view doing) { return {format::kRootCell, 0, nullptr, doing}; }

}  // namespace

CellId Root::lease_cell() {
  std::lock_guard lock(mutex_);
  CellId cell = 0;
  commit_cell(engine_, request("lease a cell"), [&](const engine::View& view) {
    cell = next_of(view, format::row::next_cell(), format::kFirstRunCell);
    engine::Edit edit;
    edit.rows.push_back({format::row::next_cell(), format::be64_text(cell + 1)});
    return edit;
  });
  return cell;
}

NodeBlock Root::lease_nodes(CellId cell, std::uint64_t count) {
  std::lock_guard lock(mutex_);
  NodeBlock block{0, count};
  commit_cell(engine_, request("lease node ids"), [&](const engine::View& view) {
    block.first = next_of(view, format::row::next_node(), 1);
    engine::Edit edit;
    edit.rows.push_back({format::row::next_node(), format::be64_text(block.first + count)});
    std::ranges::move(graph::lease_rows(view, cell, block), std::back_inserter(edit.rows));
    return edit;
  });
  return block;
}

void Root::intern(std::span<const std::string> labels) {
  {
    const auto view = engine_.view();
    bool known = true;
    for (const std::string& label : labels) known = known && labels_.find(label, *view).has_value();
    if (known) return;
  }
  std::lock_guard lock(mutex_);
  graph::Labels::Plan plan;
  commit_cell(engine_, request("intern labels"), [&](const engine::View& view) {
    plan = labels_.plan(labels, view);
    engine::Edit edit;
    edit.rows = plan.rows;
    return edit;
  });
  labels_.confirm(plan);
}

}  // namespace cairn::store
