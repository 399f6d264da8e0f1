// Question: one question about the graph, all of whose reading sees it as of one moment.
#pragma once

#include <cairn/lineage.h>

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "graph/node_gate.h"
#include "graph/reader.h"
#include "graph/traversal.h"
#include "store/node_queries.h"
#include "store/store_state.h"

namespace cairn::store {

/// Not thread-safe.
class Question {
 public:
  /// `state` must outlive the question.
  explicit Question(const StoreState& state);

  const engine::View& view() const { return *view_; }
  /// For traversals: what they read is kept for the next question about the same state.
  graph::LinkSource links() const { return {*view_, &state_.link_memory()}; }
  const graph::GraphReader& reader() const { return reader_; }
  std::string_view label(graph::LabelId label) const { return state_.labels().text(label, *view_); }

  /// Throws not_found.
  std::vector<engine::NodeId> ids(std::span<const Uuid> nodes) const;

  /// Who judges by these filters; null if every node passes. Lives as long as the question, until the next call.
  graph::NodeGate* gate(const Filter& within, const Filter& stop_at, const std::optional<Timestamp>& now);
  graph::NodeGate* gate(const TraversalOptions& options) { return gate(options.within, options.stop_at, options.now); }

  /// As users see them, in the same order.
  std::vector<Node> nodes(std::span<const engine::NodeId> ids) const;
  std::vector<Reached> reached(std::span<const graph::ReachedId> nodes) const;
  /// Calls `visit(index, record)` for each of `ids`, in order of id. Throws not_found.
  void visit_records(std::span<const engine::NodeId> ids,
                     const std::function<void(std::size_t, const format::NodeRecord&)>& visit) const;

 private:
  const StoreState& state_;
  const std::unique_ptr<engine::View> view_;
  const graph::NodeLookups lookups_;
  const graph::GraphReader reader_;
  std::unique_ptr<graph::NodeGate> gate_;
};

std::vector<engine::NodeId> ids_of(std::span<const graph::ReachedId> nodes);

}  // namespace cairn::store
