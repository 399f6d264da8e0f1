// cairn nodes: list nodes of the provenance graph.
#include <cairn/store.h>

#include <CLI/App.hpp>
#include <CLI/Validators.hpp>

#include <algorithm>
#include <memory>
#include <optional>

#include "documents.h"
#include "ids.h"
#include "numbers.h"
#include "text.h"
#include "verbs.h"

namespace cairn::cli {
namespace {

constexpr std::size_t kPageSize = 1000;

struct NodesOptions {
  std::optional<std::string> kind, state, type, run, label, after;
  std::size_t limit = SIZE_MAX;
};

NodeFilter make_filter(const Store& store, const NodesOptions& options) {
  NodeFilter filter;
  if (options.kind) filter.kind = parse_kind(*options.kind);
  if (options.state) filter.state = parse_state(*options.state);
  filter.type = options.type;
  filter.run = options.run;
  filter.label = options.label;
  if (options.after) filter.after = resolve(store, *options.after, {"node"}).node;
  return filter;
}

void print_page(const std::vector<Node>& page, Context& context) {
  Table table({"NODE", "KIND", "STATE", "TYPE", "LABEL", "RUN"});
  for (const Node& node : page) {
    if (context.json)
      context.out.json(document(node));
    else
      table.add({node.uuid.text(), std::string(kind_name(node.kind)), std::string(state_name(node.state)),
                 printable(node.type), printable(node.label), printable(node.run)});
  }
  table.print(context.out);
  context.out.flush();
}

ExitStatus nodes(const NodesOptions& options, Context& context) {
  const Store store = open_reader(context);
  NodeFilter filter = make_filter(store, options);
  for (std::size_t left = options.limit; left != 0;) {
    filter.limit = std::min(left, kPageSize);
    const std::vector<Node> page = store.nodes(filter);
    print_page(page, context);
    if (page.size() < filter.limit) break;
    filter.after = page.back().uuid;
    left -= page.size();
  }
  return ExitStatus::done;
}

}  // namespace

Action add_nodes(CLI::App& app, Context& context) {
  const auto options = std::make_shared<NodesOptions>();
  app.add_option("--kind", options->kind, "data, calculation or workflow")
      ->check(CLI::IsMember({"data", "calculation", "workflow"}))
      ->type_name("KIND");
  app.add_option("--state", options->state, "created, waiting, running, paused, finished, failed or killed")
      ->check(CLI::IsMember({"created", "waiting", "running", "paused", "finished", "failed", "killed"}))
      ->type_name("STATE");
  app.add_option("--type", options->type, "Only nodes of exactly this type")->type_name("TYPE");
  app.add_option("--run", options->run, "Only nodes of this run")->type_name("RUN");
  app.add_option("--label", options->label, "Only nodes with exactly this label")->type_name("LABEL");
  add_number<std::size_t>(app, "--limit", options->limit, "At most so many");
  app.add_option("--after", options->after, "Only nodes behind this one in the listing")->type_name("ID");
  return [options, &context] { return nodes(*options, context); };
}

}  // namespace cairn::cli
