// cairn lineage: where something came from, or what came of it.
#include <cairn/store.h>

#include <CLI/App.hpp>

#include <fmt/format.h>

#include <memory>
#include <set>
#include <string>
#include <utility>

#include "documents.h"
#include "graph_options.h"
#include "lineage/formats.h"
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
  std::uint64_t nodes_max = 2'000'000;  // about two gigabytes of memory
  std::vector<std::string> links{"input", "create"};
  std::string within, stop_at;
  std::string format = "text";
};

Direction direction_of(const LineageOptions& options) {
  if (options.both) return Direction::both;
  return options.down || options.leaves ? Direction::down : Direction::up;
}

std::string format_names() {
  std::string names;
  for (const PictureFormat& format : picture_formats()) names += fmt::format("{}{}", names.empty() ? "" : ", ", format.name);
  return names;
}

std::string format_help() {
  std::string help;
  for (const PictureFormat& format : picture_formats())
    help += fmt::format("{}{} ({})", help.empty() ? "" : ", ", format.name, format.help);
  return help;
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
  const PictureFormat* format = find_picture_format(context.json ? "json" : options.format);
  if (format == nullptr)
    throw UsageError(fmt::format("--format {}: expected one of {}", printable(options.format), format_names()));
  const Direction direction = direction_of(options);
  const TraversalOptions traversal{.links = parse_link_types(options.links),
                                   .depth_max = options.depth,
                                   .nodes_max = options.nodes_max,
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
  Picture picture = merged_picture(starts, direction, std::move(lineages));
  // What a step was taken over from is where it came from, though no link of those leads there; a filter may not let it in.
  if (direction != Direction::down && options.within.empty()) add_origins(store, options.depth, picture);
  format->print(picture, {.all = options.all}, context.out);
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
  add_number<std::uint64_t>(app, "--nodes-max", options->nodes_max, "Refuse a larger one: it takes about a kilobyte of memory a node")
      ->default_str("2000000");
  add_links_option(app, options->links);
  add_filter_option(app, "--within", options->within, "Only over nodes that pass, such as 'run = bands'");
  add_filter_option(app, "--stop-at", options->stop_at, "Not beyond nodes that pass, such as 'tag = released'");
  app.add_flag("--all", options->all, "Show long lists and large fans in full");
  app.add_option("--format", options->format, format_help())->type_name("FORMAT")->capture_default_str();
  return [options, &context] { return lineage(*options, context); };
}

}  // namespace cairn::cli
