// The indexes of recorded steps: those of a run by name, and those of all runs by name and time, and by key.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/engine.h"
#include "format/records.h"

namespace cairn::store {

using engine::CellId;
using engine::NodeId;
using format::index::StepPlace;

/// Keys of the entries that lead to a recorded step; the value of each is step_place(place).
std::vector<std::string> step_index_keys(const format::StepRecord& record, const StepPlace& place);
void add_step_entries(const format::StepRecord& record, const StepPlace& place, std::vector<engine::IndexEdit>& edits);

void erase_step_entries(const format::StepRecord& record, const StepPlace& place, std::vector<engine::IndexEdit>& edits);

/// The record there; empty if there is none.
std::optional<format::StepRecord> find_step_record(const engine::View& view, const StepPlace& place);

/// The recorded steps of one run in order of name, those of one name as they were recorded. Reads the index; of a run whose
/// steps are not all in it, its rows are read and their names kept instead.
class StepWalk {
 public:
  /// `view` must outlive it.
  StepWalk(const engine::View& view, CellId cell);

  /// All move, and return false if there is no such step.
  bool first();
  bool next();
  /// The newest of that name that was recorded before `process`.
  bool last_before(std::string_view name, NodeId process);

  // Of the step it stands on; the name lives until it moves.
  std::string_view name() const { return entry_.name; }
  NodeId process() const { return entry_.process; }
  const StepPlace& place() const { return place_; }

 private:
  struct Known {
    std::string name;
    NodeId process;
    Digest key;
  };

  bool stand();
  bool stand_on_known(std::size_t index);

  const CellId cell_;
  const std::string prefix_;
  std::unique_ptr<engine::Cursor> cursor_;
  std::optional<std::vector<Known>> known_;  // of a run that is not in the index
  std::size_t at_ = 0;
  std::string key_;
  format::index::Step entry_{};
  StepPlace place_;
};

/// The step of that name that any other run recorded last before this moment, as far as it is in the index.
std::optional<StepPlace> last_of_other_runs(const engine::View& view, CellId cell, std::string_view name, std::int64_t time);

}  // namespace cairn::store
