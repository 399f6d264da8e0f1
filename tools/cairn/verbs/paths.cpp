// cairn paths: by which nodes and links one node leads to another.
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
#include "numbers.h"
#include "text.h"
#include "verbs.h"

namespace cairn::cli {
namespace {

struct PathsOptions {
  std::string from, to, within;
  bool up = false, both = false;
  std::vector<std::string> links{"input", "create"};
  std::uint64_t length = UINT64_MAX;
  std::size_t most = 10;
};

// An arrow as the link has it: away from the node above, or to it.
void print_path(const NodePath& path, Output& out) {
  out.line(count_of(path.links.size(), "link"));
  for (std::size_t i = 0; i < path.nodes.size(); ++i) {
    std::string reached_by;
    if (i > 0) {
      const Link& link = path.links[i - 1];
      const bool forward = link.source == path.nodes[i - 1].uuid;
      reached_by = fmt::format("{} {} {}: ", forward ? "->" : "<-", link_name(link.type), printable(link.label));
    }
    out.line(fmt::format("  {}{} {}", reached_by, node_title(path.nodes[i]), path.nodes[i].uuid.text()));
  }
}

std::string summary(const NodePaths& paths, const PathsOptions& options) {
  if (!paths.paths.empty() || paths.more) return count_of(paths.paths.size(), "path") + (paths.more ? ", and more (use --most)" : "");
  return options.both ? "no path" : fmt::format("no path {} the arrows; see --help for others", options.up ? "against" : "along");
}

ExitStatus paths(const PathsOptions& options, Context& context) {
  const NodePathOptions asked{.direction = options.both ? Direction::both : options.up ? Direction::up : Direction::down,
                          .links = parse_link_types(options.links),
                          .length_max = options.length,
                          .most = options.most,
                          .within = parse_filter(options.within)};
  const Store store = open_reader(context);
  const Uuid from = resolve(store, options.from, {"node"}).node, to = resolve(store, options.to, {"node"}).node;
  const NodePaths found = store.paths(from, to, asked);
  if (context.json) {
    context.out.json(document(found));
    return ExitStatus::done;
  }
  for (const NodePath& path : found.paths) print_path(path, context.out);
  context.out.line(summary(found, options));
  return ExitStatus::done;
}

}  // namespace

Action add_paths(CLI::App& app, Context& context) {
  const auto options = std::make_shared<PathsOptions>();
  app.add_option("from", options->from, "A node's id, or the beginning of one")->type_name("A")->required();
  app.add_option("to", options->to, "Another's")->type_name("B")->required();
  CLI::Option* up = app.add_flag("--up", options->up, "Against the arrows, from a result to what it came from");
  app.add_flag("--both", options->both, "Along and against them")->excludes(up);
  add_links_option(app, options->links);
  add_filter_option(app, "--within", options->within, "Only over nodes between the two that pass, such as 'run = bands'");
  add_number<std::uint64_t>(app, "--length", options->length, "At most so many links");
  add_number<std::size_t>(app, "--most", options->most, "At most so many paths, the shortest ones")->default_str("10");
  return [options, &context] { return paths(*options, context); };
}

}  // namespace cairn::cli
