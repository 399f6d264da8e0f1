// The history of a run: its own checkpoints, and behind them those of the run it was forked from, and so on. By sequence, by
// step, by tag, newest first. Sequences are distinct in a history; those of checkpoints that were removed are missing.
#pragma once

#include <cairn/checkpoint.h>
#include <cairn/run.h>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/engine.h"
#include "format/records.h"

namespace cairn::store {

using engine::CellId;

/// What one run contributes to a history.
struct HistoryPart {
  CellId cell = 0;
  std::uint64_t after = 0;       ///< its own checkpoints have sequences above this,
  std::uint64_t last = 0;        ///< and those of the history go up to this; if that is not above `after`, it has none there
  std::uint64_t writes_end = 0;  ///< of its pending writes, those with a smaller number are seen
  bool is_pruned = false;        ///< some of its checkpoints were removed
};

/// The parts of a history one by one: that of the run itself, then those of the runs it was forked from. A run that was deleted
/// has none. Cost: a read for each. The constructor and next() throw damaged.
class HistoryParts {
 public:
  /// `view` must outlive it.
  HistoryParts(const engine::View& view, CellId cell);
  /// `record` is that of the run.
  HistoryParts(const engine::View& view, CellId cell, const format::RunRecord& record);

  bool is_over() const { return part_.cell == 0; }
  const HistoryPart& operator*() const { return part_; }
  const HistoryPart* operator->() const { return &part_; }
  void next();

 private:
  void enter(CellId cell, std::uint64_t last, std::uint64_t writes_end, const format::RunRecord& record);

  const engine::View& view_;
  HistoryPart part_;
  CellId forked_from_ = 0;
  std::uint64_t forked_writes_ = 0;
};

/// The record of a run, deleted or not. Throws damaged if there is none.
format::RunRecord run_record(const engine::View& view, CellId cell);
/// As run_record, but empty if there is none.
std::optional<format::RunRecord> find_run_record(const engine::View& view, CellId cell);

/// Checkpoints that the run made itself and that are there.
inline std::uint64_t own_checkpoint_count(const format::RunRecord& run) { return run.head - run.forked_at - run.removed; }
/// Checkpoints in the history.
inline std::uint64_t checkpoint_count(const format::RunRecord& run) { return run.forked_count + own_checkpoint_count(run); }
/// Those of the history up to that sequence, which is of a checkpoint in it. Cost: a few reads, or if checkpoints were removed
/// from the run that made it, a step of a cursor for each newer one.
std::uint64_t checkpoint_count_up_to(const engine::View& view, CellId cell, std::uint64_t sequence);

/// The cell of the run that made the checkpoint with that sequence, or would have.
CellId owner_of(const engine::View& view, CellId cell, std::uint64_t sequence);
/// Empty if it was removed, or never was.
std::optional<format::CheckpointRow> find_checkpoint_row(const engine::View& view, CellId cell, std::uint64_t sequence);
/// Throws damaged if the row is missing.
format::CheckpointRow checkpoint_row(const engine::View& view, CellId cell, std::uint64_t sequence);
/// The newest checkpoint of that step.
std::optional<std::uint64_t> sequence_at(const engine::View& view, CellId cell, std::int64_t step);
std::optional<std::uint64_t> sequence_tagged(const engine::View& view, CellId cell, std::string_view tag);

struct FoundCheckpoint {
  std::uint64_t sequence = 0;
  format::CheckpointRow row;
};
std::optional<FoundCheckpoint> newest_checkpoint(const engine::View& view, CellId cell);
std::optional<FoundCheckpoint> newest_checkpoint(const engine::View& view, CellId cell, const format::RunRecord& run);

using VisitCheckpoint = std::function<bool(std::uint64_t sequence, const format::CheckpointRow&)>;

/// Calls `visit` for each checkpoint before `before` (UINT64_MAX: all), newest first, until it returns false. Calls `lost`, if
/// it is not empty, with each sequence whose row is missing, as far as that shows: where checkpoints were removed, it does not.
/// Cost: one step of a cursor for each, whatever the length of the history.
void walk_history(const engine::View& view, CellId cell, std::uint64_t before, const VisitCheckpoint& visit,
                  const std::function<void(std::uint64_t sequence)>& lost = {});
/// As walk_history, for the checkpoints of that step. Cost: one step of a cursor for each of them.
void walk_step(const engine::View& view, CellId cell, std::int64_t step, std::uint64_t before, const VisitCheckpoint& visit);
/// As walk_history, for those that the run made itself, deleted or not.
void walk_own(const engine::View& view, CellId cell, std::uint64_t before, const VisitCheckpoint& visit);

/// The tags of a history by the checkpoint they name, in order of name.
using TagIndex = std::map<std::uint64_t, std::vector<std::string>>;
TagIndex tags_by_sequence(const engine::View& view, CellId cell);

/// Where a checkpoint is: the run that made it.
struct CheckpointPlace {
  CellId cell = 0;
  std::uint64_t sequence = 0;
};
std::optional<CheckpointPlace> find_checkpoint(const engine::View& view, const CheckpointId& id);
/// The sequence of a checkpoint that is in the history of the run; else empty.
std::optional<std::uint64_t> find_in_history(const engine::View& view, CellId cell, const CheckpointId& id);


/// Whether the metadata of a checkpoint have all of these entries.
bool has_entries(const Map& metadata, const Map& entries);

}  // namespace cairn::store
