// StoreState: an open store, as all its handles share it.
#pragma once

#include <cairn/node.h>
#include <cairn/store.h>

#include <functional>
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
#include "store/history.h"
#include "store/root.h"
#include "store/run_state.h"

namespace cairn::store {

/// Thread-safe.
class StoreState : public std::enable_shared_from_this<StoreState> {
 public:
  /// `title` is how messages call the store.
  explicit StoreState(std::unique_ptr<engine::Engine> engine, const format::ObjectOptions& objects = {},
                      std::string title = "a store in memory")
      : engine_(std::move(engine)), root_(*engine_), objects_(objects), title_(std::move(title)) {}

  engine::Engine& engine() const { return *engine_; }
  Root& root() { return root_; }
  /// What every commit that writes nodes goes through.
  CommitGate& gate() { return gate_; }
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

  /// The record of a run's cell. Throws damaged if it has none. That of kLooseCell may be missing.
  format::RunRecord run_record(const engine::View& view, CellId cell) const;

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
  void create_run(std::string_view name);

  std::unique_ptr<engine::Engine> engine_;
  Root root_;
  CommitGate gate_;
  const format::ObjectOptions objects_;
  const std::string title_;
  object::SchemaCache schemas_;
  std::mutex runs_mutex_;
  std::map<CellId, std::weak_ptr<RunState>> runs_;  // weak: a run's handles keep the store open, not the reverse
};

}  // namespace cairn::store
