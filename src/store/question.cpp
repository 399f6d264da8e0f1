#include "store/question.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "graph/cursors.h"

namespace cairn::store {

using engine::NodeId;

Question::Question(const StoreState& state)
    : state_(state), view_(state.engine().view()), lookups_(node_lookups(state, *view_)), reader_(*view_, state.labels()) {}

std::vector<NodeId> Question::ids(std::span<const Uuid> nodes) const {
  std::vector<NodeId> ids;
  for (const Uuid& node : nodes) ids.push_back(reader_.get_id(node));
  return ids;
}

graph::NodeGate* Question::gate(const Filter& within, const Filter& stop_at, const std::optional<Timestamp>& now) {
  gate_ = nullptr;
  if (graph::needs_gate(within, stop_at))
    gate_ = std::make_unique<graph::NodeGate>(*view_, lookups_, within, stop_at, moment(now));
  return gate_.get();
}

void Question::visit_records(std::span<const NodeId> ids,
                             const std::function<void(std::size_t, const format::NodeRecord&)>& visit) const {
  std::vector<std::size_t> order(ids.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t index) { return ids[index]; });
  graph::RecordWalk records(*view_, engine::Record::node);
  for (const std::size_t index : order) {
    const auto bytes = records.find(ids[index]);
    if (!bytes) throw Error(ErrorCode::not_found, fmt::format("read node {}: no such node", ids[index]));
    visit(index, format::decode_node(*bytes));
  }
}

std::vector<Node> Question::nodes(std::span<const NodeId> ids) const {
  std::vector<Node> nodes(ids.size());
  visit_records(ids, [&](std::size_t index, const format::NodeRecord& record) { nodes[index] = state_.public_node(*view_, record); });
  return nodes;
}

std::vector<Reached> Question::reached(std::span<const graph::ReachedId> nodes) const {
  std::vector<Reached> reached(nodes.size());
  visit_records(ids_of(nodes), [&](std::size_t index, const format::NodeRecord& record) {
    reached[index] = {state_.public_node(*view_, record), nodes[index].depth};
  });
  return reached;
}

std::vector<NodeId> ids_of(std::span<const graph::ReachedId> nodes) {
  std::vector<NodeId> ids;
  ids.reserve(nodes.size());
  for (const graph::ReachedId& node : nodes) ids.push_back(node.id);
  return ids;
}

}  // namespace cairn::store
