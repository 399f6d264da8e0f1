// RunState: what all handles of one run share, and the one way in which a run is changed.
#pragma once

#include <cairn/checkpoint.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "format/records.h"
#include "graph/writer.h"
#include "store/checkpoint_pace.h"
#include "store/commit_queue.h"
#include "store/pending_head.h"
#include "store/regions.h"
#include "store/root.h"
#include "store/step_calls.h"

namespace cairn::store {

class StoreState;

/// One commit of a run while it is being built. Rebuilt from scratch if the run has changed meanwhile.
struct Draft {
  const engine::View& view;
  graph::GraphWriter& graph;
  format::RunRecord& run;  ///< as it will be after the commit
  engine::Edit& edit;      ///< rows, claims and indexes beside those of the graph
  bool even_if_deleted = false;  ///< else nothing is committed to a run that was deleted

  NodeId new_node() { return run.node_next++; }
};

using BuildDraft = std::function<void(Draft&)>;

/// Throws not_found; `doing` is for the message, such as "commit a checkpoint".
[[noreturn]] void throw_deleted(std::string_view doing, std::string_view run);

/// A run, or with kLooseCell the nodes that belong to none. Thread-safe; commits of one run are made one by one, in the order in
/// which they were asked for. Does not keep its store open: what StoreState gives out does.
class RunState : public std::enable_shared_from_this<RunState> {
 public:
  /// `epoch` is that of the owner: one more than any before.
  RunState(StoreState& store, CellId cell, std::uint64_t epoch, const format::RunRecord& record);

  StoreState& store() const { return store_; }
  CellId cell() const { return cell_; }
  const std::string& name() const { return name_; }
  Uuid uuid() const { return uuid_; }
  /// For messages: "run argon", or "the nodes of no run".
  std::string title() const;
  StepCalls& step_calls() { return step_calls_; }
  const StepCalls& step_calls() const { return step_calls_; }

  /// Throws not_found if the run was deleted; `doing` is for the message.
  void require_there(std::string_view doing) const;

  /// Makes one durable commit, after all that wait. `node_count` is how often `build` may call new_node(), `labels` are those of its
  /// links; `rows` are more that it changes, or null. With rows, no other commit writes nodes meanwhile. Throws, before anything
  /// else, the failure of an earlier commit that nobody was told; not_found if the run was deleted.
  void commit(engine::Staging* staging, std::uint64_t node_count, std::vector<std::string> labels,
              std::string_view doing, const BuildDraft& build, engine::RowStaging* rows = nullptr);

  // ---- Commits that wait ----
  /// Held by who adds to the commits of the run. Never by the thread of the queue.
  using Turn = std::unique_lock<std::mutex>;
  /// All earlier commits are on disk. Throws as commit() does.
  Turn take_turn();
  /// Earlier commits may still wait.
  Turn take_turn_behind() { return Turn(order_); }
  /// With the turn: the newest checkpoint behind all that wait. If that cannot be told yet, waits until it can. Throws as commit().
  PendingHead& pending(const Turn& turn);
  /// With the turn: puts the commit behind those that wait. One `is_known` if pending() is told of it. Throws as CommitQueue::add.
  void add(const Turn& turn, std::unique_ptr<WaitingCommit>& commit, CommitQueue::Room room, bool is_due, bool is_known);
  /// As commit(), without waiting for anything: by who has the turn and all is on disk, or the thread of the queue.
  void publish(engine::Staging* staging, std::uint64_t node_count, std::vector<std::string> labels, std::string_view doing,
               const BuildDraft& build, engine::RowStaging* rows = nullptr);
  /// Waits until all commits are on disk. Throws as commit().
  void flush();
  /// Throws the failure of an earlier commit that nobody was told.
  void throw_failure();

  // ---- What a program has told of its run ----
  Regions& regions() { return regions_; }
  CheckpointPace& pace() { return pace_; }
  /// A restart passed over these; the next checkpoint says so.
  void set_skipped(std::vector<SkippedCheckpoint> skipped);
  std::vector<SkippedCheckpoint> skipped() const;

  /// Where its history goes on, as its checkpoints say. Cost: a read for each, once.
  std::vector<format::ForkOrigin> fork_origins(const engine::View& view) const;

 private:
  [[noreturn]] void throw_taken(std::string_view claim, std::string_view doing) const;
  void reserve_nodes(const format::RunRecord& record, std::uint64_t count);

  StoreState& store_;
  const CellId cell_;
  const std::uint64_t epoch_;
  const std::string name_;
  const Uuid uuid_;

  std::mutex order_;                    // before mutex_
  CommitLane lane_;
  std::optional<PendingHead> pending_;  // by order_; empty: what is on disk when nothing waits

  std::mutex mutex_;
  StepCalls step_calls_;
  NodeBlock spare_;  // leased, and not yet in the run's record

  Regions regions_;
  CheckpointPace pace_;
  mutable std::mutex skipped_mutex_;
  std::vector<SkippedCheckpoint> skipped_;
  mutable std::mutex origins_mutex_;
  mutable std::optional<std::vector<format::ForkOrigin>> origins_;  // they never change
};

}  // namespace cairn::store
