// cairn lineage: where something came from, or what came of it.
#include <cairn/store.h>

#include <CLI/App.hpp>
#include <CLI/Validators.hpp>

#include <boost/json/array.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <set>
#include <string_view>
#include <unordered_map>

#include "documents.h"
#include "graph_options.h"
#include "lineage_tree.h"
#include "node_table.h"
#include "numbers.h"
#include "text.h"
#include "verbs.h"

namespace cairn::cli {
namespace {

struct LineageOptions {
  std::string id;
  bool up = false, down = false, both = false, roots = false, leaves = false, all = false;
  std::uint64_t depth = UINT64_MAX;
  std::vector<std::string> links{"input", "create"};
  std::string within, stop_at;
  std::string format = "text";
};

Direction direction_of(const LineageOptions& options) {
  if (options.both) return Direction::both;
  return options.down || options.leaves ? Direction::down : Direction::up;
}

constexpr std::string_view direction_name(Direction direction) {
  return direction == Direction::both ? "both" : direction == Direction::up ? "up" : "down";
}

// The lineages as one graph: each node once, at its least depth from any start, and each link once.
boost::json::object merged_document(const std::vector<Uuid>& starts, const std::vector<Lineage>& lineages,
                                    Direction direction) {
  std::unordered_map<Uuid, std::uint64_t> depths;
  for (const Lineage& lineage : lineages)
    for (const Reached& reached : lineage.nodes) {
      const auto [known, added] = depths.emplace(reached.node.uuid, reached.depth);
      if (!added) known->second = std::min(known->second, reached.depth);
    }
  boost::json::array start_ids, nodes, links;
  for (const Uuid& start : starts) start_ids.push_back(boost::json::value(start.text()));
  std::set<Link> seen;
  for (const Lineage& lineage : lineages) {
    for (const Reached& reached : lineage.nodes)
      if (const auto depth = depths.extract(reached.node.uuid)) {
        nodes.push_back(document(reached.node));
        nodes.back().as_object().emplace("depth", depth.mapped());
      }
    for (const Link& link : lineage.links)
      if (seen.insert(link).second) links.push_back(document(link));
  }
  return {{"start", std::move(start_ids)},
          {"direction", direction_name(direction)},
          {"nodes", std::move(nodes)},
          {"links", std::move(links)}};
}

// Where the lineages end, each node once.
void print_ends(const Store& store, const std::vector<Uuid>& starts, Direction direction, const TraversalOptions& traversal,
                Context& context) {
  Table table = node_table({"DEPTH"});
  std::set<Uuid> seen;
  for (const Uuid& start : starts)
    for (const Reached& end : direction == Direction::up ? store.roots(start, traversal) : store.leaves(start, traversal)) {
      if (!seen.insert(end.node.uuid).second) continue;
      table.add(node_row(end.node, {fmt::format("{}", end.depth)}));
      if (context.json) context.out.json(document(end));
    }
  if (!context.json) table.print(context.out);
}

ExitStatus lineage(const LineageOptions& options, Context& context) {
  const Direction direction = direction_of(options);
  const TraversalOptions traversal{.links = parse_link_types(options.links),
                                   .depth_max = options.depth,
                                   .within = parse_filter(options.within),
                                   .stop_at = parse_filter(options.stop_at)};
  const Store store = open_reader(context);
  const std::vector<Uuid> starts = find_nodes(store, options.id);
  if (options.roots || options.leaves) {
    print_ends(store, starts, direction, traversal, context);
    return ExitStatus::done;
  }
  std::vector<Lineage> lineages;
  for (const Uuid& start : starts) lineages.push_back(store.lineage(start, direction, traversal));
  if (context.json || options.format == "json") {
    context.out.json(merged_document(starts, lineages, direction));
    return ExitStatus::done;
  }
  TreeOptions tree{.direction = direction};
  if (options.all) tree.siblings_max = SIZE_MAX - 1;
  for (const Lineage& one : lineages) {
    if (&one != &lineages.front()) context.out.line("");
    LineageTree(one, tree).print(context.out);
    context.out.line(fmt::format("{}, {}", count_of(one.nodes.size(), "node"), count_of(one.links.size(), "link")));
  }
  return ExitStatus::done;
}

}  // namespace

Action add_lineage(CLI::App& app, Context& context) {
  const auto options = std::make_shared<LineageOptions>();
  app.add_option("id", options->id, "A node, object or artifact: its id, or the beginning of one")
      ->type_name("ID")
      ->required();
  CLI::Option* up = app.add_flag("--up", options->up, "What it came from (the default)");
  CLI::Option* down = app.add_flag("--down", options->down, "What came of it")->excludes(up);
  CLI::Option* both = app.add_flag("--both", options->both, "Links both ways: all it is connected with")->excludes(up)->excludes(down);
  CLI::Option* roots = app.add_flag("--roots", options->roots, "Only where it came from in the end")->excludes(down)->excludes(both);
  app.add_flag("--leaves", options->leaves, "Only what came of it in the end")->excludes(up)->excludes(both)->excludes(roots);
  add_number<std::uint64_t>(app, "--depth", options->depth, "At most so many links away");
  add_links_option(app, options->links);
  add_filter_option(app, "--within", options->within, "Only over nodes that pass, such as 'run = bands'");
  add_filter_option(app, "--stop-at", options->stop_at, "Not beyond nodes that pass, such as 'tag = released'");
  app.add_flag("--all", options->all, "Show long lists in full");
  app.add_option("--format", options->format, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->type_name("FORMAT")
      ->capture_default_str();
  return [options, &context] { return lineage(*options, context); };
}

}  // namespace cairn::cli
