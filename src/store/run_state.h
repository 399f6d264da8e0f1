// RunState: what all handles of one run share, and the one way in which a run is changed.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "format/records.h"
#include "graph/writer.h"
#include "store/root.h"

namespace cairn::store {

class StoreState;

/// One commit of a run while it is being built. Rebuilt from scratch if the run has changed meanwhile.
struct Draft {
  const engine::View& view;
  graph::GraphWriter& graph;
  format::RunRecord& run;  ///< as it will be after the commit
  engine::Edit& edit;      ///< rows, claims and indexes beside those of the graph

  NodeId new_node() { return run.node_next++; }
};

using BuildDraft = std::function<void(Draft&)>;

/// A run, or with kLooseCell the nodes that belong to none. Thread-safe; commits of one run are made one by one.
class RunState {
 public:
  /// `epoch` is that of the owner: one more than any before.
  RunState(std::shared_ptr<StoreState> store, CellId cell, std::uint64_t epoch, const format::RunRecord& record);

  StoreState& store() const { return *store_; }
  const std::shared_ptr<StoreState>& store_pointer() const { return store_; }
  CellId cell() const { return cell_; }
  const std::string& name() const { return name_; }
  Uuid uuid() const { return uuid_; }
  /// For messages: "run argon", or "the nodes of no run".
  std::string title() const;

  /// Makes one durable commit. `node_count` is how often `build` may call new_node(), `labels` are those of its links; `rows`
  /// are more that it changes, or null. With rows, no other commit writes nodes meanwhile.
  void commit(engine::Staging* staging, std::uint64_t node_count, std::vector<std::string> labels,
              std::string_view doing, const BuildDraft& build, engine::RowStaging* rows = nullptr);

 private:
  [[noreturn]] void throw_taken(std::string_view claim, std::string_view doing) const;
  void reserve_nodes(const format::RunRecord& record, std::uint64_t count);

  std::shared_ptr<StoreState> store_;
  const CellId cell_;
  const std::uint64_t epoch_;
  const std::string name_;
  const Uuid uuid_;
  std::mutex mutex_;
  NodeBlock spare_;  // leased, and not yet in the run's record
};

}  // namespace cairn::store
