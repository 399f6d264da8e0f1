#include "store/closure.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>
#include <variant>

#include "graph/link_follower.h"
#include "graph/traversal.h"
#include "store/question.h"

namespace cairn::store {
namespace {

using engine::NodeId;

// Data that no calculation made. In order of age, as `nodes` are.
std::vector<Node> without_creator(const Question& question, const std::vector<NodeId>& ids, const std::vector<Node>& nodes) {
  graph::LinkFollower creators(question.links(), Direction::up, {LinkType::create});
  std::vector<Node> found;
  for (std::size_t i = 0; i < ids.size(); ++i)
    if (nodes[i].kind == NodeKind::data && !graph::leads_on(creators, ids[i])) found.push_back(nodes[i]);
  return found;
}

// Sizes of the distinct contents.
std::map<Content, std::uint64_t> contents_of(const std::vector<Node>& nodes) {
  std::map<Content, std::uint64_t> contents;
  for (const Node& node : nodes)
    if (!std::holds_alternative<std::monostate>(node.content)) contents.emplace(node.content, node.size_bytes);
  return contents;
}

std::uint64_t bytes_of(const std::map<Content, std::uint64_t>& contents) {
  std::uint64_t bytes = 0;
  for (const auto& [content, size] : contents) bytes += size;
  return bytes;
}

std::vector<CodeUse> code_of(const Closure& closure) {
  std::map<std::pair<std::string, std::string>, std::uint64_t> counts;
  for (const std::vector<Node>* nodes : {&closure.nodes, &closure.workflows})
    for (const Node& node : *nodes)
      if (node.kind != NodeKind::data) ++counts[{node.type, node.code_version}];
  std::vector<CodeUse> code;
  for (const auto& [use, count] : counts) code.push_back({use.first, use.second, count});
  return code;
}

}  // namespace

Closure find_closure(const StoreState& state, std::span<const Uuid> nodes, std::uint64_t nodes_max) {
  const Question question(state);
  const std::vector<NodeId> given = question.ids(nodes);
  std::vector<NodeId> upstream = ids_of(graph::traverse(question.links(), given, Direction::up, {.nodes_max = nodes_max}).nodes);
  std::ranges::sort(upstream);
  Closure closure;
  closure.workflows = question.nodes(graph::callers_of(question.links(), upstream, nodes_max));
  closure.nodes = question.nodes(upstream);
  closure.inputs = without_creator(question, upstream, closure.nodes);
  const auto contents = contents_of(closure.nodes);
  for (const auto& [content, size] : contents) {
    if (const auto* object = std::get_if<ObjectId>(&content)) closure.objects.push_back(*object);
    if (const auto* artifact = std::get_if<ArtifactId>(&content)) closure.artifacts.push_back(*artifact);
  }
  closure.size_bytes = bytes_of(contents);
  closure.input_bytes = bytes_of(contents_of(closure.inputs));
  closure.code = code_of(closure);
  return closure;
}

}  // namespace cairn::store
