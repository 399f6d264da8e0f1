// cairn common: what several nodes all came from, or what came of all of them.
#include <cairn/store.h>

#include <CLI/App.hpp>

#include <fmt/format.h>

#include <memory>
#include <string>
#include <vector>

#include "documents.h"
#include "graph_options.h"
#include "ids.h"
#include "node_table.h"
#include "verbs.h"

namespace cairn::cli {
namespace {

struct CommonOptions {
  std::vector<std::string> ids;
  bool down = false, nearest = false;
  std::vector<std::string> links{"input", "create"};
  std::string within;
};

ExitStatus common(const CommonOptions& options, Context& context) {
  const TraversalOptions traversal{.links = parse_link_types(options.links), .within = parse_filter(options.within)};
  const Store store = open_reader(context);
  std::vector<Uuid> nodes;
  for (const std::string& id : options.ids) nodes.push_back(resolve(store, id, {"node"}).node);
  Table table = node_table({"DEPTH", "NEAREST"});
  for (const CommonNode& found : options.down ? store.common_descendants(nodes, traversal) : store.common_ancestors(nodes, traversal)) {
    if (options.nearest && !found.nearest) continue;
    if (context.json)
      context.out.json(document(found));
    else
      table.add(node_row(found.node, {fmt::format("{}", found.depth), found.nearest ? "yes" : ""}));
  }
  table.print(context.out);
  return ExitStatus::done;
}

}  // namespace

Action add_common(CLI::App& app, Context& context) {
  const auto options = std::make_shared<CommonOptions>();
  app.add_option("ids", options->ids, "Nodes: their ids, or the beginnings of them")->type_name("ID")->required();
  app.add_flag("--down", options->down, "What came of all of them");
  app.add_flag("--nearest", options->nearest, "Only the nearest: none of the others lies between");
  add_links_option(app, options->links);
  add_filter_option(app, "--within", options->within, "Only over nodes that pass, such as 'run = bands'");
  return [options, &context] { return common(*options, context); };
}

}  // namespace cairn::cli
