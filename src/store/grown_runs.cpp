#include "store/grown_runs.h"

#include <algorithm>
#include <utility>

#include "format/growth_keys.h"
#include "format/keys.h"
#include "store/commit.h"

namespace cairn::store {
namespace {

namespace row = format::row;
using engine::CellId;
using engine::Cursor;
using engine::View;
using format::kGroupCell;

constexpr std::size_t kRowsInCommit = 2'000;
constexpr std::string_view kDoing = "take in more of a run";

bool is_taken_away(std::string_view key, std::string_view value) { return value.empty() && key.starts_with(row::kAttempt); }

// The rows of two cells as those of one. Slow, and rarely needed: each move looks in both.
class GrownCursor final : public Cursor {
 public:
  GrownCursor(const View& view, CellId cell, const RunGrowth& growth)
      : old_(view.rows(cell)), new_(view.rows(growth.staged)), record_(growth.record) {}

  bool seek(std::string_view key) override { return forward(std::string(key)); }
  bool seek_back(std::string_view key) override { return backward(std::string(key)); }
  bool next() override { return forward(key_ + '\0'); }
  bool previous() override { return backward_before(std::string(key_)); }
  std::string_view key() const override { return key_; }
  std::string_view value() const override { return value_; }

 private:
  bool forward(std::string from) {
    for (;;) {
      const bool has_old = old_->seek(from), has_new = new_->seek(from);
      if (!has_old && !has_new) return false;
      const bool is_new = has_new && (!has_old || new_->key() <= old_->key());
      if (take(is_new ? *new_ : *old_)) return true;
      from = key_ + '\0';
    }
  }

  bool backward(const std::string& from) {
    const bool has_old = old_->seek_back(from), has_new = new_->seek_back(from);
    return choose_last(has_old, has_new);
  }

  bool backward_before(const std::string& before) {
    const auto is_before = [&](Cursor& cursor) {
      if (!cursor.seek_back(before)) return false;
      return cursor.key() != before || cursor.previous();
    };
    const bool has_old = is_before(*old_), has_new = is_before(*new_);
    return choose_last(has_old, has_new);
  }

  bool choose_last(bool has_old, bool has_new) {
    if (!has_old && !has_new) return false;
    const bool is_new = has_new && (!has_old || new_->key() >= old_->key());
    if (take(is_new ? *new_ : *old_)) return true;
    return backward_before(std::string(key_));
  }

  // False if the row is taken away.
  bool take(const Cursor& cursor) {
    key_ = cursor.key();
    value_ = key_ == row::run() ? record_ : std::string(cursor.value());
    return !is_taken_away(key_, value_);
  }

  const std::unique_ptr<Cursor> old_, new_;
  const std::string record_;
  std::string key_, value_;
};

}  // namespace

std::map<CellId, RunGrowth> grown_runs(const View& view) {
  std::map<CellId, RunGrowth> growths;
  const std::string prefix(1, row::kGrowth);
  const auto rows = view.rows(kGroupCell);
  for (bool more = rows->seek(prefix); more && rows->key().starts_with(prefix); more = rows->next()) {
    const std::string_view value = rows->value();
    const std::size_t cell_size = std::min(value.size(), sizeof(CellId));
    growths.emplace(row::parse_growth(rows->key()), RunGrowth{format::parse_be64(value.substr(0, cell_size)), std::string(value.substr(cell_size))});
  }
  return growths;
}

// As long as the row is there nobody sees whether some have been brought already.
void settle_growth(engine::Engine& engine, CellId run, const RunGrowth& growth) {
  std::string from;
  for (bool more = true; more;) {
    std::string next;
    commit_cell(engine, {run, engine.view()->cell(run).epoch, nullptr, kDoing}, [&](const View& view) {
      engine::Edit edit;
      const auto rows = view.rows(growth.staged);
      for (more = rows->seek(from); more && edit.rows.size() < kRowsInCommit; more = rows->next()) {
        const bool is_gone = is_taken_away(rows->key(), rows->value());
        edit.rows.push_back({std::string(rows->key()), is_gone ? std::nullopt : std::optional(std::string(rows->value()))});
      }
      if (more) next = rows->key();
      else edit.rows.push_back({row::run(), growth.record});
      return edit;
    });
    from = std::move(next);
  }
  commit_cell(engine, {kGroupCell, 0, nullptr, kDoing}, [&](const View&) {
    engine::Edit edit;
    edit.rows.push_back({row::growth(run), std::nullopt});
    edit.rows.push_back({row::staged(growth.staged), std::string()});
    return edit;
  });
}

std::optional<std::string> GrownView::find_row(CellId cell, std::string_view key) const {
  const auto growth = growths_.find(cell);
  if (growth == growths_.end()) return view().find_row(cell, key);
  if (key == row::run()) return growth->second.record;
  auto value = view().find_row(growth->second.staged, key);
  if (!value) return view().find_row(cell, key);
  return is_taken_away(key, *value) ? std::nullopt : std::move(value);
}

std::unique_ptr<Cursor> GrownView::rows(CellId cell) const {
  const auto growth = growths_.find(cell);
  if (growth == growths_.end()) return view().rows(cell);
  return std::make_unique<GrownCursor>(view(), cell, growth->second);
}

}  // namespace cairn::store
