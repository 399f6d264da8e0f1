// cairn nodes: list, count or sum up the nodes that pass a filter.
#include <cairn/error.h>
#include <cairn/store.h>

#include <CLI/App.hpp>
#include <CLI/Validators.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "documents.h"
#include "graph_options.h"
#include "ids.h"
#include "node_table.h"
#include "numbers.h"
#include "text.h"
#include "verbs.h"

namespace cairn::cli {
namespace {

constexpr std::size_t kPageSize = 1000;

struct NodesOptions {
  std::string filter, after, order = "age";
  std::optional<std::string> kind, state, type, run, label;
  std::size_t limit = SIZE_MAX;
  bool descending = false, count = false, totals = false, explain = false, roots = false, leaves = false;
  std::vector<std::string> links{"input", "create"};
};

std::optional<FilterPath> parse_order(const std::string& text) {
  return text == "age" ? std::nullopt : std::optional<FilterPath>(text);
}

Filter make_filter(const Store& store, const NodesOptions& options) {
  Filter filter = parse_filter(options.filter);
  const auto require = [&](const FilterPath& path, const FilterValue& value) {
    filter = filter && Filter::where(path, Comparison::equal, value);
  };
  if (options.kind) require(FilterField::kind, *parse_kind(*options.kind));
  if (options.state) require(FilterField::state, *parse_state(*options.state));
  if (options.type) require(FilterField::type, *options.type);
  if (options.label) require(FilterField::label, *options.label);
  if (options.run) require(FilterField::run, get_run(store, *options.run).name());
  return filter;
}

void print_page(const std::vector<Node>& page, Context& context) {
  Table table = node_table();
  for (const Node& node : page) {
    if (context.json)
      context.out.json(document(node));
    else
      table.add(node_row(node));
  }
  table.print(context.out);
  context.out.flush();
}

bool has_index(const Store& store, const std::optional<FilterPath>& path) {
  return path && std::ranges::any_of(store.attribute_indexes(false), [&](const AttributeIndex& index) {
    return index.path == *path && index.state == IndexState::ready;
  });
}

// Where the listing can be gone on with is said beside it, not in it.
void list(const Store& store, const Filter& filter, const NodesOptions& options, Context& context) {
  NodeQuery query{
      .filter = filter, .order_by = parse_order(options.order), .descending = options.descending, .after = options.after};
  const LinkTypes links = parse_link_types(options.links);
  if (options.roots) query.none_up = links;
  if (options.leaves) query.none_down = links;
  const bool by_age = !query.order_by && !query.descending;
  const bool is_node = by_age && !query.after.empty() && query.after.size() != 17;  // of a cursor: a letter and 16 digits
  if (is_node) query.after = resolve(store, query.after, {"node"}).node.text();
  const bool in_pages = by_age || has_index(store, query.order_by);
  for (std::size_t left = options.limit; left != 0;) {
    query.limit = std::min(left, in_pages ? kPageSize : left);
    const NodePage page = store.query(query);
    print_page(page.nodes, context);
    left -= page.nodes.size();
    if (page.next.empty()) return;
    query.after = page.next;
  }
  if (options.limit != 0) fmt::print(stderr, "more: --after {}\n", query.after);
}

std::string duration_text(std::chrono::nanoseconds duration) {
  return duration.count() == 0 ? "" : fmt::format("{:.3f} s", 1e-9 * static_cast<double>(duration.count()));
}

void print_totals(const std::vector<NodeTotal>& totals, Context& context) {
  Table table({"KIND", "TYPE", "STATE", "COUNT", "SIZE", "TIME"});
  for (const NodeTotal& total : totals) {
    if (context.json)
      context.out.json(document(total));
    else
      table.add({std::string(kind_name(total.kind)), printable(total.type), std::string(state_name(total.state)),
                 fmt::format("{}", total.count), human_size(total.size_bytes), duration_text(total.duration)});
  }
  table.print(context.out);
}

void print_plan(const QueryPlan& plan, Context& context) {
  if (context.json) return context.out.json(document(plan));
  context.out.line(fmt::format("by {}: {} and {} read, {} found", printable(plan.source), plan.entries_read == 1 ? "1 entry" : fmt::format("{} entries", plan.entries_read),
                               count_of(plan.nodes_read, "node"), plan.nodes_found));
}

ExitStatus nodes(const NodesOptions& options, Context& context) {
  parse_order(options.order);
  const Store store = open_reader(context);
  const Filter filter = make_filter(store, options);
  if (options.explain) {
    print_plan(store.explain(filter), context);
  } else if (options.totals) {
    print_totals(store.totals(filter), context);
  } else if (options.count) {
    const std::uint64_t count = store.count(filter);
    if (context.json)
      context.out.json({{"count", count}});
    else
      context.out.line(fmt::format("{}", count));
  } else {
    list(store, filter, options, context);
  }
  return ExitStatus::done;
}

}  // namespace

Action add_nodes(CLI::App& app, Context& context) {
  const auto options = std::make_shared<NodesOptions>();
  app.add_option("filter", options->filter,
                 "Which nodes, such as 'state = failed and attributes.energy < -1.5 and created > now-7d'")
      ->type_name("FILTER");
  app.add_option("--kind", options->kind, "data, calculation or workflow")
      ->check(CLI::IsMember({"data", "calculation", "workflow"}))
      ->type_name("KIND");
  app.add_option("--state", options->state, "created, waiting, running, paused, finished, failed or killed")
      ->check(CLI::IsMember({"created", "waiting", "running", "paused", "finished", "failed", "killed"}))
      ->type_name("STATE");
  app.add_option("--type", options->type, "Only nodes of exactly this type")->type_name("TYPE");
  app.add_option("--run", options->run, "Only nodes of this run")->type_name("RUN");
  app.add_option("--label", options->label, "Only nodes with exactly this label")->type_name("LABEL");
  app.add_option("--order", options->order, "age, or what nodes are listed by, such as created, label or attributes.energy")->type_name("ORDER")->capture_default_str();
  app.add_flag("--descending", options->descending, "The other way round");
  add_number<std::size_t>(app, "--limit", options->limit, "At most so many");
  app.add_option("--after", options->after, "Go on where a listing of the same order ended")->type_name("CURSOR");
  CLI::Option* roots = app.add_flag("--roots", options->roots, "Only nodes from which no link leads up");
  CLI::Option* leaves = app.add_flag("--leaves", options->leaves, "Only nodes from which no link leads down");
  add_links_option(app, options->links);
  CLI::Option* count = app.add_flag("--count", options->count, "Only how many")->excludes(roots)->excludes(leaves);
  app.add_flag("--totals", options->totals, "Count, size and time by kind, type and state")
      ->excludes(count)
      ->excludes(roots)
      ->excludes(leaves);
  app.add_flag("--explain", options->explain, "Only by which index they are found, and what that reads")
      ->excludes(count)
      ->excludes(roots)
      ->excludes(leaves);
  return [options, &context] { return nodes(*options, context); };
}

}  // namespace cairn::cli
