#include "store/staged_runs.h"

#include <mutex>
#include <string>

#include "format/keys.h"
#include "store/commit.h"

namespace cairn::store {
namespace {

namespace row = format::row;
using format::kGroupCell;

constexpr std::size_t kRowsInCommit = 50'000;
constexpr std::string_view kDoing = "take in runs";

void empty(StoreState& store, CellId cell) {
  for (bool more = true; more;)
    commit_cell(store.engine(), {cell, store.engine().view()->cell(cell).epoch, nullptr, kDoing}, [&](const engine::View& view) {
      engine::Edit edit;
      const auto rows = view.rows(cell);
      for (more = rows->seek(""); more && edit.rows.size() < kRowsInCommit; more = rows->next())
        edit.rows.push_back({std::string(rows->key()), std::nullopt});
      return edit;
    });
}

}  // namespace

std::set<CellId> staged_runs(const engine::View& view) {
  std::set<CellId> cells;
  const std::string prefix(1, row::kStaged);
  const auto rows = view.rows(kGroupCell);
  for (bool more = rows->seek(prefix); more && rows->key().starts_with(prefix); more = rows->next())
    cells.insert(row::parse_staged(rows->key()));
  return cells;
}

void mark_staged(StoreState& store, std::span<const CellId> cells) {
  if (cells.empty()) return;
  commit_cell(store.engine(), {kGroupCell, 0, nullptr, kDoing}, [&](const engine::View&) {
    engine::Edit edit;
    for (const CellId cell : cells) edit.rows.push_back({row::staged(cell), std::string()});
    return edit;
  });
}

void drop_staged(StoreState& store, std::span<const CellId> cells) {
  for (const CellId cell : cells) {
    if (store.engine().view()->cell(cell).version != 0) empty(store, cell);
    commit_cell(store.engine(), {kGroupCell, 0, nullptr, kDoing}, [&](const engine::View&) {
      engine::Edit edit;
      edit.rows.push_back({row::staged(cell), std::nullopt});
      return edit;
    });
  }
}

void finish_staging(StoreState& store) {
  const std::set<CellId> cells = staged_runs(*store.engine().view());
  if (cells.empty()) return;
  const std::lock_guard lock(store.removal_mutex());
  drop_staged(store, std::vector<CellId>(cells.begin(), cells.end()));
}

}  // namespace cairn::store
