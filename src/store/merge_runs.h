// MergedRuns: the runs of a merge. New ones get a cell, and their rows; of those that are in the store it is looked whether they have
// what came.
#pragma once

#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "graph/leases.h"
#include "store/merge_context.h"

namespace cairn::store {

struct MergedRun {
  BundleRun told;
  CellId cell = 0;         ///< 0 if it is new and nothing is to be written
  bool is_new = true;
  std::string name = {};   ///< that it gets, or has
  std::vector<std::uint64_t> sequences = {};  ///< of its checkpoints that came
  std::vector<engine::RowEdit> rows = {};     ///< of its cell, but for its record
  graph::NodeBlock left = {};                 ///< leased node numbers that are not used

  const format::RunRecord& record() const { return told.record; }
};

/// Gives the number that a node has in the store, by the one it has in the bundle; and that of a label.
class MergedNumbers {
 public:
  virtual ~MergedNumbers() = default;
  /// Throws damaged for a node that did not come. In a dry run the numbers are none of the store.
  virtual NodeId node(std::uint64_t number) const = 0;
  virtual const Uuid& uuid(std::uint64_t number) const = 0;
  virtual std::uint64_t node_count() const = 0;
};

class MergedRuns {
 public:
  explicit MergedRuns(MergeContext& context);

  void add(const BundleRun& run);
  /// Numbers from 1 on.
  MergedRun& at(std::uint64_t number) { return runs_.at(number - 1); }
  std::size_t size() const { return runs_.size(); }
  void add_row(const BundleRow& row, const MergedNumbers& nodes);
  /// When all rows are there. Throws damaged for runs that are not as they must be.
  void check(const MergedNumbers& nodes);

  // ---- What is to be committed, when all is there ----
  /// Cells of the new runs.
  std::vector<CellId> new_cells() const;
  /// Writes the rows to these. For who holds the removal mutex, after mark_staged().
  void stage(const MergedNumbers& nodes);
  /// Names, ids of checkpoints, entries of steps. Throws conflict if a run that new ones were forked from has changed.
  void add_edits(const engine::View& view, engine::Edit& edit) const;
  /// Processes that attempts name; they must come or be there.
  const std::vector<Uuid>& processes() const { return processes_; }

 private:
  void add_new(MergedRun& run);
  void add_known(MergedRun& run, CellId cell);
  void choose_name(MergedRun& run);
  bool has_checkpoint(std::uint64_t number, std::uint64_t sequence) const;
  void check_known_row(const MergedRun& run, const BundleRow& row, const MergedNumbers& nodes);
  void add_checkpoint(MergedRun& run, const BundleRow& row);
  void add_tag(const MergedRun& run, std::uint64_t number, const BundleRow& row) const;
  void add_write(const MergedRun& run, std::uint64_t number, const BundleRow& row);
  std::string add_step(const MergedRun& run, const BundleRow& row, const MergedNumbers& nodes);
  std::string add_attempts(const BundleRow& row, const MergedNumbers& nodes);
  void need_parts(const format::StepRecord& step);
  format::RunRecord stored_record(const MergedRun& run, const MergedNumbers& nodes) const;

  MergeContext& context_;
  std::unordered_map<Uuid, CellId> known_;
  std::unordered_set<std::string> names_;  // of new runs
  std::vector<MergedRun> runs_;
  std::unordered_set<Digest> steps_;       // keys of those of the run that rows come of
  std::uint64_t steps_of_ = 0;
  std::vector<engine::ClaimEdit> claims_;
  std::vector<engine::IndexEdit> indexes_;
  std::vector<Uuid> processes_;
};

}  // namespace cairn::store
