#include "graph/path_list.h"

#include <algorithm>

#include "graph/path_search.h"
#include "graph/shortest_path.h"

namespace cairn::graph {
namespace {

std::vector<std::vector<NodeId>> ids_of(const PathGraph& graph, const std::vector<PathSearch::Numbers>& paths) {
  std::vector<std::vector<NodeId>> found;
  for (const PathSearch::Numbers& path : paths) {
    found.emplace_back();
    for (const PathGraph::Number node : path) found.back().push_back(graph.ids[node]);
  }
  return found;
}

}  // namespace

PathList list_paths(const engine::View& view, NodeId from, NodeId to, const NodePathOptions& options, NodeGate* gate) {
  const auto shortest = shortest_path(view, from, to, options, gate);
  if (!shortest) return {};
  if (from == to) return options.most == 0 ? PathList{{}, true} : PathList{{*shortest}, false};
  const std::size_t wanted = options.most + (options.most == SIZE_MAX ? 0 : 1);  // one more tells whether there are more
  PathList list;
  // Between nodes with many paths, those of the least lengths will do, which far fewer nodes lie on. Each round allows for about
  // twice as many detours, so that all rounds together cost little more than the last one.
  for (std::uint64_t beyond = 0;; beyond = 2 * beyond + 1) {
    const std::uint64_t shortest_length = shortest->size() - 1;
    const std::uint64_t length = options.length_max - shortest_length < beyond ? options.length_max : shortest_length + beyond;
    const PathGraph graph = read_path_graph(view, from, to, options, length, gate);
    list.paths = ids_of(graph, PathSearch(graph, graph.is_whole ? options.length_max : length, wanted).run());
    if (graph.is_whole || length == options.length_max || list.paths.size() == wanted) break;
  }
  list.more = list.paths.size() > options.most;
  if (list.more) list.paths.pop_back();
  return list;
}

}  // namespace cairn::graph
