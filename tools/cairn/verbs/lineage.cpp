// cairn lineage: where something came from, or what came of it.
#include <cairn/error.h>
#include <cairn/store.h>

#include <CLI/App.hpp>

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "ids.h"
#include "lineage/formats.h"
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
  NodeFilter filter;
  filter.content = named.kind == "object" ? Content(ObjectId{named.digest}) : Content(ArtifactId{named.digest});
  std::vector<Uuid> starts;
  for (const Node& node : store.nodes(filter)) starts.push_back(node.uuid);
  if (starts.empty())
    throw Error(ErrorCode::not_found,
                fmt::format("no node holds {} {}; it belongs to checkpoints only", named.kind, full_id(named)));
  return starts;
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

ExitStatus lineage(const LineageOptions& options, Context& context) {
  const PictureFormat* format = find_picture_format(context.json ? "json" : options.format);
  if (format == nullptr)
    throw UsageError(fmt::format("--format {}: expected one of {}", printable(options.format), format_names()));
  const Direction direction = options.down ? Direction::down : Direction::up;
  const TraversalOptions traversal{.links = parse_link_types(options.links), .depth_max = options.depth};
  const Store store = open_reader(context);
  const std::vector<Uuid> starts = find_starts(store, options.id);
  std::vector<Lineage> lineages;
  for (const Uuid& start : starts) lineages.push_back(store.lineage(start, direction, traversal));
  format->print(merged_picture(starts, direction, std::move(lineages)), {.all = options.all}, context.out);
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
  app.add_flag("--all", options->all, "Show long lists and large fans in full");
  app.add_option("--format", options->format, format_help())->type_name("FORMAT")->capture_default_str();
  return [options, &context] { return lineage(*options, context); };
}

}  // namespace cairn::cli
