// cairn impact: what must be looked at or done again if nodes are wrong.
#include <cairn/store.h>

#include <CLI/App.hpp>

#include <fmt/format.h>

#include <memory>
#include <string>
#include <vector>

#include "documents.h"
#include "graph_options.h"
#include "node_table.h"
#include "text.h"
#include "verbs.h"

namespace cairn::cli {
namespace {

struct Options {
  std::vector<std::string> ids;
  std::vector<std::string> links{"input", "create", "return"};
  bool list = false;
};

std::uint64_t count(const std::vector<ImpactTotal>& totals) {
  std::uint64_t count = 0;
  for (const ImpactTotal& total : totals) count += total.count;
  return count;
}

void print_totals(const Impact& impact, Output& out) {
  Table table({"RUN", "KIND", "TYPE", "COUNT", "SIZE", "ROLE"});
  const auto add = [&](const ImpactTotal& total, const char* role) {
    table.add({total.run.empty() ? "-" : printable(total.run), std::string(kind_name(total.kind)),
               total.type.empty() ? "-" : printable(total.type), fmt::format("{}", total.count),
               total.size_bytes == 0 ? "-" : human_size(total.size_bytes), role});
  };
  for (const ImpactTotal& total : impact.affected_totals) add(total, "affected");
  for (const ImpactTotal& total : impact.caller_totals) add(total, "caller");
  table.print(out);
}

void print_nodes(const Impact& impact, Output& out) {
  Table table = node_table({"DEPTH"});
  for (const Reached& reached : impact.affected) table.add(node_row(reached.node, {fmt::format("{}", reached.depth)}));
  for (const Node& caller : impact.callers) table.add(node_row(caller, {"caller"}));
  table.print(out);
}

ExitStatus impact(const Options& options, Context& context) {
  const ImpactOptions asked{.links = parse_link_types(options.links), .list = options.list};
  const Store store = open_reader(context);
  const Impact found = store.impact(find_nodes(store, options.ids), asked);
  if (context.json) {
    context.out.json(document(found));
    return ExitStatus::done;
  }
  options.list ? print_nodes(found, context.out) : print_totals(found, context.out);
  context.out.line(fmt::format("{} affected, called by {}", count_of(count(found.affected_totals), "node"),
                               count_of(count(found.caller_totals), "workflow")));
  return ExitStatus::done;
}

}  // namespace

Action add_impact(CLI::App& app, Context& context) {
  const auto options = std::make_shared<Options>();
  app.add_option("ids", options->ids, "Nodes, objects or artifacts: their ids, or the beginnings of them")
      ->type_name("ID")
      ->required();
  app.add_flag("--list", options->list, "The nodes themselves, not how many of each run and type");
  add_links_option(app, options->links);
  return [options, &context] { return impact(*options, context); };
}

}  // namespace cairn::cli
