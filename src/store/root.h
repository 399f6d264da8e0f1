// The root cell: which cell, node and label numbers are given out. All are leased by a commit before they are used.
#pragma once

#include <cstdint>
#include <mutex>
#include <span>
#include <string>

#include "engine/engine.h"
#include "graph/labels.h"
#include "graph/leases.h"

namespace cairn::store {

using engine::CellId;
using engine::NodeId;

using graph::NodeBlock;

/// Thread-safe.
class Root {
 public:
  explicit Root(engine::Engine& engine) : engine_(engine) {}

  /// A cell id that was never given out before.
  CellId lease_cell();
  /// `count` node ids that were never given out before, for nodes of `cell`.
  NodeBlock lease_nodes(CellId cell, std::uint64_t count);
  /// Makes sure that every label has a number. Throws rule_violation for one that is no identifier.
  void intern(std::span<const std::string> labels);

  const graph::Labels& labels() const { return labels_; }

 private:
  engine::Engine& engine_;
  std::mutex mutex_;  // one lease at a time
  graph::Labels labels_;
};

}  // namespace cairn::store
