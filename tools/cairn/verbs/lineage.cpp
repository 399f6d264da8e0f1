// cairn lineage: where something came from, or what came of it.
#include <cairn/error.h>
#include <cairn/store.h>

#include <CLI/App.hpp>
#include <CLI/Validators.hpp>

#include <boost/json/array.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <unordered_map>

#include "documents.h"
#include "ids.h"
#include "lineage_tree.h"
#include "numbers.h"
#include "text.h"
#include "verbs.h"

namespace cairn::cli {
namespace {

struct LineageOptions {
  std::string id;
  bool up = false, down = false, all = false;
  std::uint64_t depth = UINT64_MAX;
  std::vector<std::string> links{"input", "create"};
  std::string format = "text";
};

LinkTypes parse_link_types(const std::vector<std::string>& names) {
  std::set<LinkType> chosen;
  for (const std::string& name : names) {
    if (name == "all") return LinkTypes::all();
    const std::optional<LinkType> type = parse_link(name);
    if (!type)
      throw UsageError(
          fmt::format("--links {}: expected all, or some of input,create,call,return,reference", printable(name)));
    chosen.insert(*type);
  }
  if (chosen.empty()) throw UsageError("--links: expected at least one type of link");
  // A set of link types is made of a fixed list, so those not chosen repeat one that is.
  const auto pick = [&](LinkType type) { return chosen.contains(type) ? type : *chosen.begin(); };
  return {pick(LinkType::input), pick(LinkType::create), pick(LinkType::return_), pick(LinkType::call),
          pick(LinkType::reference)};
}

// The node itself, or every node that holds the object or artifact.
std::vector<Uuid> find_starts(const Store& store, const std::string& id) {
  const Named named = resolve(store, id, {"node", "object", "artifact"});
  if (named.kind == "node") return {named.node};
  std::vector<Uuid> starts;
  for (const Node& node : store.query({.filter = Filter::where("content", Comparison::equal, named.digest.hex())}).nodes)
    starts.push_back(node.uuid);
  if (starts.empty())
    throw Error(ErrorCode::not_found,
                fmt::format("no node holds {} {}; it belongs to checkpoints only", named.kind, full_id(named)));
  return starts;
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
          {"direction", direction == Direction::up ? "up" : "down"},
          {"nodes", std::move(nodes)},
          {"links", std::move(links)}};
}

ExitStatus lineage(const LineageOptions& options, Context& context) {
  const Direction direction = options.down ? Direction::down : Direction::up;
  const TraversalOptions traversal{.links = parse_link_types(options.links), .depth_max = options.depth};
  const Store store = open_reader(context);
  const std::vector<Uuid> starts = find_starts(store, options.id);
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
  app.add_flag("--down", options->down, "What came of it")->excludes(up);
  add_number<std::uint64_t>(app, "--depth", options->depth, "At most so many links away");
  app.add_option("--links", options->links, "Which links to follow: all, or some of input,create,call,return,reference")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("TYPES")
      ->default_str("input,create");
  app.add_flag("--all", options->all, "Show long lists in full");
  app.add_option("--format", options->format, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->type_name("FORMAT")
      ->capture_default_str();
  return [options, &context] { return lineage(*options, context); };
}

}  // namespace cairn::cli
