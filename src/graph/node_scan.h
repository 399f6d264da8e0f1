// NodeScan: the nodes that pass a filter, found by the index that leads to the fewest.
#pragma once

#include <cairn/filter.h>

#include <cstdint>
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

/// What a scan has read so far.
struct ScanCost {
  std::uint64_t entries = 0;  ///< of indexes
  std::uint64_t records = 0;  ///< of nodes
};

class NodeScan {
 public:
  using Visit = std::function<bool(NodeId, const format::NodeRecord&)>;

  /// All must outlive the scan.
  NodeScan(const engine::View& view, const NodeLookups& lookups, const Filter& filter, Timestamp now);
  ~NodeScan();

  /// Calls `visit` for each node with an id of at least `first` that passes, in order of id, until it returns false. Cost: a read
  /// for each node that the best index leads to; all nodes, if none applies or if it leads to more than kIdsMost out of
  /// order.
  void visit(NodeId first, const Visit& visit) const;

  /// As visit, in the order of the values at `path`, and of those that are equal by id, or both the other way round; only
  /// nodes with a value there. `after` is the key of a value and a node to go on behind. False if there is no index for that.
  bool visit_by_value(const FilterPath& path, bool descending, const std::optional<std::string>& after, const Visit& visit) const;

  /// Whether nodes without a value at `path` can pass.
  bool may_lack_value(const FilterPath& path) const;
  /// Whether the best index has so few entries that it is better to sort what it leads to.
  bool leads_to_few() const;
  bool passes(NodeId id, const format::NodeRecord& record) const;
  /// The key of the value at `path`, whole texts for fields of the record; empty if there is none, or none that filters compare.
  std::string value_key(const FilterPath& path, NodeId id, const format::NodeRecord& record) const;

  /// The index that is used, for people: "attributes.energy", "every node".
  std::string source_name() const;
  ScanCost cost() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace cairn::graph
