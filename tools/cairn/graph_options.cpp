#include "graph_options.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "ids.h"
#include "text.h"
#include "verbs.h"

namespace cairn::cli {

void add_links_option(CLI::App& app, std::vector<std::string>& names) {
  app.add_option("--links", names, "Which links to follow: all, or some of input,create,call,return,reference,mutual")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("TYPES")
      ->default_str(fmt::format("{}", fmt::join(names, ",")));
}

LinkTypes parse_link_types(const std::vector<std::string>& names) {
  LinkTypes chosen{};
  for (const std::string& name : names) {
    if (name == "all") return LinkTypes::all();
    const std::optional<LinkType> type = parse_link(name);
    if (!type)
      throw UsageError(
          fmt::format("--links {}: expected all, or some of input,create,call,return,reference,mutual", printable(name)));
    chosen.add(*type);
  }
  if (chosen.empty()) throw UsageError("--links: expected at least one type of link");
  return chosen;
}

void add_filter_option(CLI::App& app, const std::string& option, std::string& text, const std::string& help) {
  app.add_option(option, text, help)->type_name("FILTER");
}

Filter parse_filter(const std::string& text) {
  try {
    return Filter::parse(text);
  } catch (const Error& error) {
    throw UsageError(error.what());
  }
}

std::vector<Uuid> find_nodes(const Store& store, const std::string& id) {
  const Named named = resolve(store, id, {"node", "object", "artifact"});
  if (named.kind == "node") return {named.node};
  std::vector<Uuid> nodes;
  for (const Node& node : store.query({.filter = Filter::where("content", Comparison::equal, named.digest.hex())}).nodes)
    nodes.push_back(node.uuid);
  if (nodes.empty())
    throw Error(ErrorCode::not_found,
                fmt::format("no node holds {} {}; it belongs to checkpoints only", named.kind, full_id(named)));
  return nodes;
}

std::vector<Uuid> find_nodes(const Store& store, const std::vector<std::string>& ids) {
  std::vector<Uuid> nodes;
  for (const std::string& id : ids)
    for (const Uuid& node : find_nodes(store, id))
      if (std::ranges::find(nodes, node) == nodes.end()) nodes.push_back(node);
  return nodes;
}

}  // namespace cairn::cli
