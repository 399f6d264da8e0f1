#include "store/compaction.h"

#include <optional>

#include "format/keys.h"
#include "graph/backlinks.h"
#include "store/commit.h"

namespace cairn::store {
namespace {

constexpr std::size_t kEditsInCommit = 100'000;  // some 20 MB, and so many rows become tables at once

}  // namespace

// A link that is added meanwhile has a row of its own, which no edit here is about.
void compact(StoreState& state) {
  for (std::optional<engine::NodeId> next = engine::NodeId{0}; next;) {
    const engine::NodeId first = *next;
    commit_cell(state.engine(), {format::kRootCell, 0, nullptr, "fold backlinks"}, [&](const engine::View& view) {
      engine::Edit edit;
      next = graph::fold_backlinks(view, first, kEditsInCommit, edit.indexes);
      return edit;
    });
  }
  state.engine().compact();
}

}  // namespace cairn::store
