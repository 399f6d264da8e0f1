// Store: questions that walk from nodes.
#include <cairn/error.h>
#include <cairn/store.h>

#include <fmt/format.h>

#include "graph/common_nodes.h"
#include "graph/traversal.h"
#include "store/closure.h"
#include "store/impact.h"
#include "store/paths.h"
#include "store/question.h"

namespace cairn {
namespace {

using engine::NodeId;
using store::Question;

std::vector<Reached> reached_from(const store::StoreState& state, const Uuid& node, Direction direction,
                                  const TraversalOptions& options) {
  Question question(state);
  const std::vector<NodeId> start = question.ids(std::span(&node, 1));
  const auto found = graph::traverse(question.links(), start, direction, options, graph::CollectLinks::no, question.gate(options));
  return question.reached(std::span(found.nodes).subspan(1));
}

std::vector<Reached> ends_from(const store::StoreState& state, const Uuid& node, Direction direction,
                               const TraversalOptions& options) {
  Question question(state);
  const std::vector<NodeId> start = question.ids(std::span(&node, 1));
  return question.reached(graph::find_ends(question.links(), start, direction, options, question.gate(options)));
}

std::vector<CommonNode> common_of(const store::StoreState& state, std::span<const Uuid> nodes, Direction direction,
                                  const TraversalOptions& options) {
  if (nodes.empty()) throw Error(ErrorCode::invalid_argument, "find what nodes have in common: expected at least one node");
  Question question(state);
  const auto found = graph::common_nodes(question.view(), question.ids(nodes), direction, options, question.gate(options));
  std::vector<NodeId> ids;
  for (const graph::CommonId& common : found) ids.push_back(common.id);
  std::vector<Node> read = question.nodes(ids);
  std::vector<CommonNode> list;
  for (std::size_t i = 0; i < found.size(); ++i) list.push_back({std::move(read[i]), found[i].depth, found[i].nearest});
  return list;
}

}  // namespace

Lineage Store::lineage(const Uuid& node, Direction direction, const TraversalOptions& options) const {
  Question question(*state_);
  const std::vector<NodeId> start = question.ids(std::span(&node, 1));
  const auto found = graph::traverse(question.links(), start, direction, options, graph::CollectLinks::yes, question.gate(options));
  return {question.reached(found.nodes), question.reader().public_links(found.links)};
}

std::vector<Reached> Store::ancestors(const Uuid& node, const TraversalOptions& options) const {
  return reached_from(*state_, node, Direction::up, options);
}
std::vector<Reached> Store::descendants(const Uuid& node, const TraversalOptions& options) const {
  return reached_from(*state_, node, Direction::down, options);
}
std::vector<Reached> Store::roots(const Uuid& node, const TraversalOptions& options) const {
  return ends_from(*state_, node, Direction::up, options);
}
std::vector<Reached> Store::leaves(const Uuid& node, const TraversalOptions& options) const {
  return ends_from(*state_, node, Direction::down, options);
}
std::vector<CommonNode> Store::common_ancestors(std::span<const Uuid> nodes, const TraversalOptions& options) const {
  return common_of(*state_, nodes, Direction::up, options);
}
std::vector<CommonNode> Store::common_descendants(std::span<const Uuid> nodes, const TraversalOptions& options) const {
  return common_of(*state_, nodes, Direction::down, options);
}
std::optional<NodePath> Store::find_path(const Uuid& from, const Uuid& to, const NodePathOptions& options) const {
  return store::find_path(*state_, from, to, options);
}
NodePaths Store::paths(const Uuid& from, const Uuid& to, const NodePathOptions& options) const {
  return store::find_paths(*state_, from, to, options);
}
Impact Store::impact(std::span<const Uuid> nodes, const ImpactOptions& options) const {
  return store::find_impact(*state_, nodes, options);
}
Closure Store::closure(std::span<const Uuid> nodes, std::uint64_t nodes_max) const {
  return store::find_closure(*state_, nodes, nodes_max);
}

}  // namespace cairn
