#include "store/compaction.h"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <vector>

#include "format/keys.h"
#include "graph/backlink_folding.h"
#include "graph/held_links.h"
#include "store/commit.h"
#include "store/forgetting.h"
#include "store/removal.h"
#include "store/step_index.h"

namespace cairn::store {
namespace {

constexpr std::size_t kEditsInCommit = 100'000;  // some 20 MB, and so many rows become tables at once

// Steps that an older format recorded. Entries that are there already stay as they are.
void index_steps(StoreState& state, const engine::View& view, const format::RunRecord& record, CellId cell) {
  const std::shared_ptr<RunState> run = state.open_run(record.name);
  const std::string doing = fmt::format("index the steps of {}", run->title());
  std::vector<engine::IndexEdit> entries;
  const auto commit = [&](bool is_last) {
    run->commit(nullptr, 0, {}, doing, [&](Draft& draft) {
      draft.edit.indexes = entries;
      draft.run.steps_indexed = draft.run.steps_indexed || is_last;
      draft.run.step_keys_indexed = is_last;
    });
    entries.clear();
  };
  const auto rows = view.rows(cell);
  const std::string prefix(1, format::row::kStep);
  for (bool more = rows->seek(prefix); more && rows->key().starts_with(prefix); more = rows->next()) {
    add_step_entries(format::decode_step(rows->value()), {cell, format::row::parse_step(rows->key())}, entries);
    if (entries.size() >= kEditsInCommit) commit(false);
  }
  commit(true);
}

void index_steps(StoreState& state) {
  const auto view = state.engine().view();
  const auto claims = view->claims();
  const std::string prefix(1, format::claim::kRunName);
  for (bool more = claims->seek(prefix); more && claims->key().starts_with(prefix); more = claims->next()) {
    const CellId cell = format::parse_be64(claims->value());
    const format::RunRecord record = state.run_record(*view, cell);
    if (!record.steps_indexed || !record.step_keys_indexed) index_steps(state, *view, record, cell);
  }
}

// A link that is added meanwhile has a row of its own, which no edit here is about.
void fold_backlinks(StoreState& state) {
  for (std::optional<engine::NodeId> next = engine::NodeId{0}; next;) {
    const engine::NodeId first = *next;
    commit_cell(state.engine(), {format::kRootCell, 0, nullptr, "fold backlinks"}, [&](const engine::View& view) {
      engine::Edit edit;
      next = graph::fold_backlinks(view, first, kEditsInCommit, edit.indexes);
      return edit;
    });
  }
}

// A commit that adds links to a node would write its record while that goes into a page: so none is made meanwhile.
void fold_held_links(StoreState& state) {
  for (std::optional<engine::NodeId> next = engine::NodeId{0}; next;) {
    const engine::NodeId first = *next;
    const auto pass = state.gate().enter_alone();
    commit_cell(state.engine(), {format::kRootCell, 0, nullptr, "fold links"}, [&](const engine::View& view) {
      engine::Edit edit;
      next = graph::fold_held_links(view, first, kEditsInCommit, edit);
      return edit;
    });
  }
}

}  // namespace

void compact(StoreState& state) {
  finish_forgetting(state);
  finish_deletions(state);
  fold_backlinks(state);
  fold_held_links(state);
  index_steps(state);
  state.engine().compact();
}

}  // namespace cairn::store
