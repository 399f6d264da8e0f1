// A graph in memory that tests fill commit by commit.
#pragma once

#include <cairn/error.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/memory_engine.h"
#include "graph/labels.h"
#include "graph/node_scan.h"
#include "graph/reader.h"
#include "graph/writer.h"

namespace cairn::graph {

inline format::NodeRecord make_node(NodeKind kind, CellId cell = format::kFirstRunCell) {
  format::NodeRecord record;
  record.uuid = Uuid::generate();
  record.kind = kind;
  record.state = kind == NodeKind::data ? NodeState::finished : NodeState::running;
  record.type = std::string(kind_name(kind));
  record.cell = cell;
  return record;
}

class GraphStore {
 public:
  static constexpr CellId kCell = format::kFirstRunCell;

  std::unique_ptr<engine::View> view() const { return engine_->view(); }
  Labels& labels() { return labels_; }

  void publish(CellId cell, engine::Edit edit) {
    const engine::Guard guard{engine_->view()->cell(cell).version, 0};
    const engine::PublishResult result =
        engine_->publish(nullptr, {cell, guard, std::move(edit), Uuid::generate()});
    if (result.outcome != engine::Outcome::ok) throw Error(ErrorCode::conflict, "publish in a test");
  }

  void intern(const std::vector<std::string>& texts) {
    Labels::Plan plan = labels_.plan(texts, *view());
    if (plan.rows.empty()) return;
    publish(format::kRootCell, {.rows = plan.rows, .records = {}, .claims = {}, .indexes = {}});
    labels_.confirm(plan);
  }

  /// One commit of `cell`: what `fill(GraphWriter&)` writes.
  template <class Fill>
  void commit(CellId cell, Fill&& fill) {
    const auto before = view();
    GraphWriter writer(*before, labels_, cell);
    std::forward<Fill>(fill)(writer);
    publish(cell, writer.finish());
  }
  template <class Fill>
  void commit(Fill&& fill) {
    commit(kCell, std::forward<Fill>(fill));
  }

  NodeId next_id() { return next_++; }

  /// One node in a commit of its own.
  NodeId add(const format::NodeRecord& record) {
    const NodeId id = next_id();
    commit(record.cell, [&](GraphWriter& writer) { writer.add_node(id, record); });
    return id;
  }
  NodeId add(NodeKind kind) { return add(make_node(kind)); }

 private:
  std::unique_ptr<engine::Engine> engine_ = engine::make_memory_engine();
  Labels labels_;
  NodeId next_ = 1;
};

/// The nodes that pass, in order of id. A run is called by the number of its cell.
inline std::vector<StoredNode> nodes_of(const engine::View& view, const Filter& filter, NodeId first = 0,
                                        std::size_t limit = SIZE_MAX) {
  const NodeLookups lookups{.run_name = [](CellId cell) { return std::to_string(cell); },
                            .find_run = [](std::string_view name) { return std::optional<CellId>(std::stoull(std::string(name))); },
                            .decode = [](std::string_view) { return Value(); }};
  std::vector<StoredNode> nodes;
  if (limit == 0) return nodes;
  NodeScan(view, lookups, filter, {}).visit(first, [&](NodeId id, const format::NodeRecord& record) {
    nodes.push_back({id, record});
    return nodes.size() < limit;
  });
  return nodes;
}

inline std::vector<NodeId> ids_of(const std::vector<StoredNode>& nodes) {
  std::vector<NodeId> ids;
  for (const StoredNode& node : nodes) ids.push_back(node.id);
  return ids;
}
inline std::vector<NodeId> ids_of(const GraphStore& store, std::string_view filter) {
  return ids_of(nodes_of(*store.view(), Filter::parse(filter)));
}

inline bool is_violation(const Error& error) {
  return error.code() == ErrorCode::rule_violation;
}
inline bool is_not_found(const Error& error) {
  return error.code() == ErrorCode::not_found;
}
inline bool is_invalid(const Error& error) {
  return error.code() == ErrorCode::invalid_argument;
}
inline bool is_damaged(const Error& error) {
  return error.code() == ErrorCode::damaged;
}

}  // namespace cairn::graph
