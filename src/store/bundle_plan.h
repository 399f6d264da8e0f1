// What goes into a bundle: which runs, how much of them, and which nodes, each with the number it has there.
#pragma once

#include <cairn/bundle.h>

#include <cstdint>
#include <set>
#include <utility>
#include <vector>

#include "store/store_state.h"

namespace cairn::store {

struct PlannedRun {
  CellId cell = 0;
  format::RunRecord record;   ///< as the store has it
  bool is_whole = false;      ///< all of it; else:
  bool is_there = false;      ///< it is a run on the other side
  std::uint64_t needed = 0;   ///< forks have its checkpoints with sequences up to this
  std::uint64_t writes_end = 0;       ///< and its pending writes with smaller numbers
  std::set<std::uint64_t> chosen = {};     ///< others of its checkpoints, by sequence

  bool has(std::uint64_t sequence) const { return is_whole || sequence <= needed || chosen.contains(sequence); }
  /// Whether its history on the other side goes on in the run that it was forked from.
  bool keeps_parent() const { return record.forked_from != 0 && (is_whole || needed != 0); }
};

class BundlePlan {
 public:
  /// `view` must outlive it. Throws as BundleSelection says.
  BundlePlan(const StoreState& store, const engine::View& view, const BundleSelection& selection);

  /// In the order of their numbers.
  const std::vector<PlannedRun>& runs() const { return runs_; }
  const std::vector<NodeId>& nodes() const { return nodes_; }
  /// 0 if it does not come.
  std::uint64_t run_number(CellId cell) const;
  std::uint64_t node_number(NodeId id) const;
  bool is_everything() const { return everything_; }

 private:
  void choose_run(CellId cell, const format::RunRecord& record);
  void choose_runs(const BundleSelection& selection);
  void choose_checkpoints(const BundleSelection& selection);
  void add_parents();
  void order_runs();
  void choose_nodes(const BundleSelection& selection);
  std::vector<NodeId> nodes_of_runs() const;
  std::vector<NodeId> with_ancestors(std::vector<NodeId> ids) const;
  void order_nodes(std::vector<NodeId> ids);

  const StoreState& store_;
  const engine::View& view_;
  const bool everything_;
  std::vector<PlannedRun> runs_;  // by cell, until they are in order
  std::vector<NodeId> nodes_;
  std::vector<std::pair<NodeId, std::uint64_t>> numbers_;  // by id
};

}  // namespace cairn::store
