#include "store/paths.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "graph/path_list.h"
#include "graph/shortest_path.h"
#include "store/question.h"

namespace cairn::store {
namespace {

using engine::NodeId;
using IdPath = std::vector<NodeId>;

// NodePaths as users see them. Nodes and links that several of them share are read once.
class PathReader {
 public:
  PathReader(const Question& question, const NodePathOptions& options, const std::vector<IdPath>& paths)
      : question_(question), options_(options) {
    for (const IdPath& path : paths) {
      ids_.insert(ids_.end(), path.begin(), path.end());
      read_links(path);
    }
    std::sort(ids_.begin(), ids_.end());
    ids_.erase(std::unique(ids_.begin(), ids_.end()), ids_.end());
    nodes_ = question.nodes(ids_);
  }

  NodePath read(const IdPath& ids) const {
    NodePath path;
    for (std::size_t i = 0; i < ids.size(); ++i) {
      path.nodes.push_back(nodes_[static_cast<std::size_t>(std::ranges::lower_bound(ids_, ids[i]) - ids_.begin())]);
      if (i > 0) path.links.push_back(links_.at({ids[i - 1], ids[i]}));
    }
    return path;
  }

 private:
  void read_links(const IdPath& path) {
    for (std::size_t i = 1; i < path.size(); ++i) {
      const std::pair step(path[i - 1], path[i]);
      if (links_.contains(step)) continue;
      const auto links = graph::links_between(question_.view(), step.first, step.second, options_.direction, options_.links);
      const auto first = std::ranges::min_element(links, {}, [&](const graph::StoredLink& link) {
        return std::tuple(link.type, question_.label(link.label), link.source);
      });
      links_.emplace(step, question_.reader().public_links(std::span(&*first, 1)).front());
    }
  }

  const Question& question_;
  const NodePathOptions& options_;
  IdPath ids_;
  std::vector<Node> nodes_;
  std::map<std::pair<NodeId, NodeId>, Link> links_;
};

// Nodes that lie on several of them are given back with each.
void check_size(const std::vector<IdPath>& paths, std::uint64_t nodes_max) {
  std::uint64_t nodes = 0;
  for (const IdPath& path : paths) nodes += path.size();
  if (nodes > nodes_max)
    throw Error(ErrorCode::limit, fmt::format("list paths: {} paths have {} nodes in all, expected at most {}; ask for shorter or "
                                              "fewer ones",
                                              paths.size(), nodes, nodes_max));
}

}  // namespace

std::optional<NodePath> find_path(const StoreState& state, const Uuid& from, const Uuid& to, const NodePathOptions& options) {
  Question question(state);
  const NodeId first = question.reader().get_id(from), last = question.reader().get_id(to);
  const auto found = graph::shortest_path(question.view(), first, last, options, question.gate(options.within, {}, options.now));
  if (!found) return std::nullopt;
  return PathReader(question, options, {*found}).read(*found);
}

NodePaths find_paths(const StoreState& state, const Uuid& from, const Uuid& to, const NodePathOptions& options) {
  Question question(state);
  const NodeId first = question.reader().get_id(from), last = question.reader().get_id(to);
  const auto found = graph::list_paths(question.view(), first, last, options, question.gate(options.within, {}, options.now));
  check_size(found.paths, options.nodes_max);
  const PathReader reader(question, options, found.paths);
  NodePaths paths{.paths = {}, .more = found.more};
  for (const IdPath& path : found.paths) paths.paths.push_back(reader.read(path));
  return paths;
}

}  // namespace cairn::store
