// StoreState: an open store, as all its handles share it.
#pragma once

#include <cairn/node.h>
#include <cairn/store.h>

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "engine/engine.h"
#include "format/checkpoint.h"
#include "format/records.h"
#include "graph/reader.h"
#include "object/objects.h"
#include "store/commit_gate.h"
#include "store/commit_queue.h"
#include "store/history.h"
#include "store/root.h"
#include "store/run_state.h"

namespace cairn::store {

/// Thread-safe. Who has a run that it gave out keeps it open; what waits to be committed does not, and is committed when it closes.
class StoreState : public std::enable_shared_from_this<StoreState> {
 public:
  /// `title` is how messages call the store; `background_bytes` is as in OpenOptions.
  explicit StoreState(std::unique_ptr<engine::Engine> engine, const format::ObjectOptions& objects = {},
                      std::string title = "a store in memory", std::uint64_t background_bytes = OpenOptions().background_bytes)
      : engine_(std::move(engine)), root_(*engine_), objects_(objects), title_(std::move(title)), queue_(background_bytes) {}

  engine::Engine& engine() const { return *engine_; }
  Root& root() { return root_; }
  /// What every commit that writes nodes goes through.
  CommitGate& gate() { return gate_; }
  /// What commits that wait go through.
  CommitQueue& queue() { return queue_; }
  const graph::Labels& labels() const { return root_.labels(); }
  /// How objects are written.
  const format::ObjectOptions& objects() const { return objects_; }
  format::ObjectOptions writing(const SaveOptions& options) const;
  /// How they are read.
  object::ObjectReading reading() { return {objects_, &schemas_}; }
  /// As object::read_object; what is too new for the program is said to be so in this store.
  void read_object(const engine::View& view, const ObjectId& id, const std::function<void(const Decoder&)>& read,
                   const ReadOptions& options = {});

  /// Calls `read`; what it finds too new for the program is said to be so in this store.
  void saying_where(const std::function<void()>& read) const;

  /// The run called `name`; every handle of it shares one state.
  std::shared_ptr<RunState> open_run(std::string_view name);
  std::shared_ptr<RunState> find_run(std::string_view name);
  /// The nodes that belong to no run.
  std::shared_ptr<RunState> loose();
  /// Keeps what the program has told of the run until the store closes, also without a handle of it.
  void keep(RunState& run);

  /// The record of a run's cell. Throws damaged if it has none. That of kLooseCell may be missing.
  format::RunRecord run_record(const engine::View& view, CellId cell) const;
  /// The newest checkpoint of a run.
  RunHead head_of(const engine::View& view, CellId cell) const;

  /// Throws not_found if the blob is missing, damaged if it is.
  format::CheckpointRecord checkpoint_record(const engine::View& view, const CheckpointId& id) const;
  Checkpoint public_checkpoint(const engine::View& view, const CheckpointId& id) const;
  /// As public_checkpoint, but what is damaged is marked so and not thrown.
  Checkpoint listed_checkpoint(const engine::View& view, const std::string& run, std::uint64_t sequence,
                               const format::CheckpointRow& row, const TagIndex& tags) const;
  Node public_node(const engine::View& view, const format::NodeRecord& record) const;

 private:
  Checkpoint read_checkpoint(const engine::View& view, const CheckpointId& id) const;
  std::shared_ptr<RunState> share_run(CellId cell);
  std::shared_ptr<RunState> give_out(std::shared_ptr<RunState> run);
  void create_run(std::string_view name);

  std::unique_ptr<engine::Engine> engine_;
  Root root_;
  CommitGate gate_;
  const format::ObjectOptions objects_;
  const std::string title_;
  object::SchemaCache schemas_;
  std::mutex runs_mutex_;
  std::map<CellId, std::weak_ptr<RunState>> runs_;
  std::map<CellId, std::shared_ptr<RunState>> kept_runs_;
  CommitQueue queue_;  // last: when it ends, it commits what waits
};

}  // namespace cairn::store
