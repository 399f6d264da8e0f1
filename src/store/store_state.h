// StoreState: an open store, as all its handles share it.
#pragma once

#include <cairn/node.h>
#include <cairn/store.h>

#include <filesystem>
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
#include "graph/link_memory.h"
#include "graph/reader.h"
#include "object/objects.h"
#include "store/clock.h"
#include "store/commit_gate.h"
#include "store/commit_queue.h"
#include "store/history.h"
#include "store/purges.h"
#include "store/root.h"
#include "store/run_state.h"
#include "store/upkeep.h"
#include "store/upkeep_collection.h"

namespace cairn::store {

/// What a new run comes from; by default from nothing.
struct RunOrigin {
  CellId forked_from = 0;  ///< this and the next three as in RunRecord
  std::uint64_t forked_at = 0;
  std::uint64_t forked_count = 0;
  std::uint64_t forked_writes = 0;
  NodeId caller = 0;            ///< the node that calls it; 0: none
  std::string call_label = {};  ///< of that link; interned
};

/// Throws invalid_argument unless it is 1 to 255 bytes of UTF-8 without control characters.
void check_run_name(std::string_view name);

/// Thread-safe. Who has a run that it gave out keeps it open; what waits to be committed does not, and is committed when it closes.
class StoreState : public std::enable_shared_from_this<StoreState> {
 public:
  /// `title` is how messages call the store; `background_bytes` and `memory_bytes` are as in OpenOptions. Of these, links get a quarter.
  explicit StoreState(std::unique_ptr<engine::Engine> engine, const format::ObjectOptions& objects = {},
                      std::string title = "a store in memory", std::uint64_t background_bytes = OpenOptions().background_bytes,
                      std::shared_ptr<Clock> clock = std::make_shared<Clock>(), std::uint64_t memory_bytes = OpenOptions().memory_bytes,
                      const Upkeep& upkeep = {})
      : engine_(std::move(engine)), root_(*engine_), objects_(objects), title_(std::move(title)), clock_(std::move(clock)),
        links_(memory_bytes / 4), upkeep_(upkeep, [this] { collect_for_upkeep(*this); }), queue_(background_bytes) {}

  engine::Engine& engine() const { return *engine_; }
  Clock& clock() const { return *clock_; }
  Root& root() { return root_; }
  /// What every commit that writes nodes goes through.
  CommitGate& gate() { return gate_; }
  /// Whether anything is purged, for who is in the gate.
  PurgeMemory& purges() { return purges_; }
  /// What commits that wait go through.
  CommitQueue& queue() { return queue_; }
  UpkeepWork& upkeep() { return upkeep_; }
  const graph::Labels& labels() const { return root_.labels(); }
  /// What questions about the graph leave for the next one.
  graph::LinkMemory& link_memory() const { return links_; }
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
  /// The run of that cell, deleted or not. Throws damaged if it has none.
  std::shared_ptr<RunState> share_run(CellId cell);
  /// Makes a run in that leased cell; false if there is one of that name, and then the cell stays unused.
  bool create_run(CellId cell, std::string_view name, const RunOrigin& origin = {});
  /// The nodes that belong to no run.
  std::shared_ptr<RunState> loose();
  /// Keeps what the program has told of the run until the store closes, also without a handle of it.
  void keep(RunState& run);
  /// Whether the program has a handle of the run, or commits of it wait.
  bool is_in_use(CellId cell);
  /// Undoes keep().
  void drop(CellId cell);
  /// Held where checkpoints are removed, and where a fork is made: so that none goes that a fork is about to need.
  std::mutex& removal_mutex() { return removal_mutex_; }

  /// The name of the run that nodes of the cell belong to; empty if that is none, or was deleted.
  std::string run_name(const engine::View& view, CellId cell) const;
  /// The record of a run's cell. Throws damaged if it has none. That of kLooseCell may be missing.
  format::RunRecord run_record(const engine::View& view, CellId cell) const;
  /// The newest checkpoint of a run.
  RunHead head_of(const engine::View& view, CellId cell, const format::RunRecord& run) const;

  /// Throws not_found if the blob is missing, damaged if it is. One that was purged is read as long as it is there.
  format::CheckpointRecord checkpoint_record(const engine::View& view, const CheckpointId& id) const;
  /// Throws as checkpoint_record, and purged.
  Checkpoint public_checkpoint(const engine::View& view, const CheckpointId& id) const;
  /// As public_checkpoint, but what is damaged or purged is marked so and not thrown.
  Checkpoint listed_checkpoint(const engine::View& view, const std::string& run, std::uint64_t sequence,
                               const format::CheckpointRow& row, const TagIndex& tags) const;
  Node public_node(const engine::View& view, const format::NodeRecord& record) const;

 private:
  Checkpoint read_checkpoint(const engine::View& view, const CheckpointId& id) const;
  std::shared_ptr<RunState> give_out(std::shared_ptr<RunState> run);

  std::unique_ptr<engine::Engine> engine_;
  Root root_;
  CommitGate gate_;
  PurgeMemory purges_;
  const format::ObjectOptions objects_;
  const std::string title_;
  const std::shared_ptr<Clock> clock_;
  object::SchemaCache schemas_;
  mutable graph::LinkMemory links_;
  std::mutex removal_mutex_;
  std::mutex runs_mutex_;
  std::map<CellId, std::weak_ptr<RunState>> runs_;
  std::map<CellId, std::shared_ptr<RunState>> kept_runs_;
  UpkeepWork upkeep_;  // when it ends, it prunes what is due, with all of the above
  CommitQueue queue_;  // last: when it ends, it commits what waits
};

/// As Store::open.
std::shared_ptr<StoreState> open_state(const std::filesystem::path& path, const OpenOptions& options);

}  // namespace cairn::store
