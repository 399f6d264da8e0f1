// NodeScan: the nodes that pass a filter, found by the index that leads to the fewest.
#pragma once

#include <cairn/filter.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "graph/reader.h"

namespace cairn::graph {

/// What the layers above know of nodes.
struct NodeLookups {
  std::function<std::string(CellId)> run_name;
  std::function<std::optional<CellId>(std::string_view)> find_run;
  std::function<Value(std::string_view)> decode;  ///< attributes and extras
};

class NodeScan {
 public:
  /// All must outlive the scan.
  NodeScan(const engine::View& view, const NodeLookups& lookups, const Filter& filter, Timestamp now);
  ~NodeScan();

  /// Calls `visit` for each node with an id of at least `first` that passes, in order of id, until it returns false. Cost: a read
  /// for each node that the best index leads to; all nodes, if none applies.
  void visit(NodeId first, const std::function<bool(NodeId, const format::NodeRecord&)>& visit) const;
  bool passes(NodeId id, const format::NodeRecord& record) const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace cairn::graph
