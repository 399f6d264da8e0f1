#include "store/step_index.h"

#include <algorithm>
#include <tuple>

namespace cairn::store {

namespace index = format::index;

namespace {

bool is_indexed(const engine::View& view, CellId cell) {
  const auto run = view.find_row(cell, format::row::run());
  return run && format::decode_run(*run).steps_indexed;
}

}  // namespace

std::vector<std::string> step_index_keys(const format::StepRecord& record, const StepPlace& place) {
  return {index::step(place.cell, record.name, record.process), index::step_time(record.name, record.time, record.process),
          index::step_key(place.key, record.process)};
}

void add_step_entries(const format::StepRecord& record, const StepPlace& place, std::vector<engine::IndexEdit>& edits) {
  for (std::string& key : step_index_keys(record, place)) edits.push_back({std::move(key), index::step_place(place)});
}

void erase_step_entries(const format::StepRecord& record, const StepPlace& place, std::vector<engine::IndexEdit>& edits) {
  for (std::string& key : step_index_keys(record, place)) edits.push_back({std::move(key), std::nullopt});
}

std::optional<format::StepRecord> find_step_record(const engine::View& view, const StepPlace& place) {
  const auto bytes = view.find_row(place.cell, format::row::step(place.key));
  return bytes ? std::optional(format::decode_step(*bytes)) : std::nullopt;
}

StepWalk::StepWalk(const engine::View& view, CellId cell) : cell_(cell), prefix_(index::steps_of(cell)) {
  if (is_indexed(view, cell)) {
    cursor_ = view.indexes();
    return;
  }
  known_.emplace();
  const auto rows = view.rows(cell);
  const std::string prefix(1, format::row::kStep);
  for (bool more = rows->seek(prefix); more && rows->key().starts_with(prefix); more = rows->next()) {
    format::StepRecord record = format::decode_step(rows->value());
    known_->push_back({std::move(record.name), record.process, format::row::parse_step(rows->key())});
  }
  std::ranges::sort(*known_, {}, [](const Known& step) { return std::tie(step.name, step.process); });
}

bool StepWalk::stand() {
  key_ = cursor_->key();
  if (!std::string_view(key_).starts_with(prefix_)) return false;
  entry_ = index::parse_step(key_);
  place_ = index::parse_step_place(cursor_->value());
  return true;
}

bool StepWalk::stand_on_known(std::size_t index) {
  if (index >= known_->size()) return false;
  at_ = index;
  const Known& step = (*known_)[index];
  entry_ = {step.name, step.process};
  place_ = {cell_, step.key};
  return true;
}

bool StepWalk::first() { return known_ ? stand_on_known(0) : cursor_->seek(prefix_) && stand(); }
bool StepWalk::next() { return known_ ? stand_on_known(at_ + 1) : cursor_->next() && stand(); }

bool StepWalk::last_before(std::string_view name, NodeId process) {
  if (process == 0) return false;
  if (known_) {
    const auto behind = std::ranges::lower_bound(*known_, std::tuple(name, process), {}, [](const Known& step) {
      return std::tuple(std::string_view(step.name), step.process);
    });
    return behind != known_->begin() && std::prev(behind)->name == name &&
           stand_on_known(static_cast<std::size_t>(behind - known_->begin() - 1));
  }
  // Names that have this one, NUL and more stand among its own; older formats let them have NUL.
  const std::string prefix = index::steps_of(cell_, name);
  for (bool more = cursor_->seek_back(index::step(cell_, name, process - 1)); more && cursor_->key().starts_with(prefix);
       more = cursor_->previous())
    if (cursor_->key().size() == prefix.size() + sizeof(NodeId)) return stand();
  return false;
}

std::optional<StepPlace> last_of_other_runs(const engine::View& view, CellId cell, std::string_view name, std::int64_t time) {
  const std::string prefix = index::step_times_of(name);
  const std::string before = index::step_time(name, time, 0);
  const auto cursor = view.indexes();
  for (bool more = cursor->seek_back(before); more && cursor->key().starts_with(prefix); more = cursor->previous()) {
    if (cursor->key().size() != before.size()) continue;
    const StepPlace place = index::parse_step_place(cursor->value());
    if (place.cell != cell) return place;
  }
  return std::nullopt;
}

}  // namespace cairn::store
