#include "store/forgotten_cells.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>

#include "format/keys.h"
#include "format/step_attempts.h"
#include "store/commit.h"
#include "store/history.h"
#include "store/removal.h"
#include "store/step_index.h"
#include "store/step_verification.h"

namespace cairn::store {
namespace {

namespace row = format::row;

constexpr std::size_t kEditsInCommit = 50'000;

// Collects edits of one cell, and commits them as they become many. Nobody else writes these rows.
class Tidying {
 public:
  Tidying(StoreState& store, CellId cell) : store_(store), view_(store.engine().view()), cell_(cell) {}

  void erase_marks() {
    for_each(row::kViolation, [&](std::string_view key, std::string_view) {
      const row::Violation link = row::parse_violation(key);
      if (!has_node(link.holder) || !has_node(link.other)) erase(key);
    });
  }

  // A step lacks its nodes, or its attempts do; a position leads to a step.
  void erase_steps() {
    for_each(row::kStep, [&](std::string_view key, std::string_view value) {
      if (missing_for_step_row(*view_, cell_, key, value).empty()) return;
      erase(key);
      erase_step_entries(format::decode_step(value), {cell_, row::parse_step(key)}, edit_.indexes);
    });
    for_each(row::kAttempt, [&](std::string_view key, std::string_view value) {
      if (!missing_for_step_row(*view_, cell_, key, value).empty()) erase(key);
    });
    commit();
    view_ = store_.engine().view();  // without the steps
    for_each(row::kPosition, [&](std::string_view key, std::string_view value) {
      if (!missing_for_step_row(*view_, cell_, key, value).empty()) erase(key);
    });
  }

  void commit() {
    if (edit_.rows.empty()) return;
    const std::uint64_t epoch = store_.engine().view()->cell(cell_).epoch;
    commit_cell(store_.engine(), {cell_, epoch, nullptr, "forget what leads to forgotten nodes"},
                [&](const engine::View&) { return edit_; });
    edit_ = {};
  }

 private:
  template <class Visit>
  void for_each(char type, const Visit& visit) {
    const std::string prefix(1, type);
    const auto rows = view_->rows(cell_);
    for (bool more = rows->seek(prefix); more && rows->key().starts_with(prefix); more = rows->next()) {
      visit(rows->key(), rows->value());
      if (edit_.rows.size() + edit_.indexes.size() >= kEditsInCommit) commit();
    }
  }
  bool has_node(NodeId id) const { return view_->find_record(engine::Record::node, id).has_value(); }
  void erase(std::string_view key) { edit_.rows.push_back({std::string(key), std::nullopt}); }

  StoreState& store_;
  std::unique_ptr<engine::View> view_;
  const CellId cell_;
  engine::Edit edit_;
};

}  // namespace

void tidy_cell(StoreState& store, CellId cell) {
  Tidying tidying(store, cell);
  tidying.erase_marks();
  tidying.erase_steps();
  tidying.commit();
  if (cell == format::kLooseCell) return;
  const auto view = store.engine().view();
  const auto run = find_run_record(*view, cell);
  const bool is_done = !run || (run->deleted && run->workflow == 0);
  if (!is_done && !view->find_record(engine::Record::node, run->workflow)) delete_forgotten_run(store, cell);
}

}  // namespace cairn::store
