// cairn closure: what it takes to make nodes again.
#include <cairn/store.h>

#include <CLI/App.hpp>

#include <fmt/format.h>

#include <algorithm>
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

struct ClosureOptions {
  std::vector<std::string> ids;
  bool list = false;
};

void print_nodes(const Closure& closure, Output& out) {
  Table table = node_table();
  for (const std::vector<Node>* nodes : {&closure.nodes, &closure.workflows})
    for (const Node& node : *nodes) table.add(node_row(node));
  table.print(out);
}

void print_code(const Closure& closure, Output& out) {
  Table table({"CODE", "VERSION", "NODES"});
  for (const CodeUse& use : closure.code)
    table.add({use.type.empty() ? "-" : printable(use.type), use.code_version.empty() ? "-" : printable(use.code_version),
               fmt::format("{}", use.node_count)});
  table.print(out);
}

void print_inputs(const Closure& closure, Output& out) {
  Table table({"INPUT", "TYPE", "LABEL", "SIZE", "RUN"});
  for (const Node& node : closure.inputs)
    table.add({node.uuid.text(), printable(node.type), printable(node.label), human_size(node.size_bytes), printable(node.run)});
  table.print(out);
}

std::string summary(const Closure& closure) {
  return fmt::format("{}, {} among them ({}); {} and {} ({}); called by {}", count_of(closure.nodes.size(), "node"),
                     count_of(closure.inputs.size(), "input"), human_size(closure.input_bytes),
                     count_of(closure.objects.size(), "object"), count_of(closure.artifacts.size(), "artifact"),
                     human_size(closure.size_bytes), count_of(closure.workflows.size(), "workflow"));
}

ExitStatus closure(const ClosureOptions& options, Context& context) {
  const Store store = open_reader(context);
  const Closure found = store.closure(find_nodes(store, options.ids));
  if (context.json) {
    context.out.json(document(found));
    return ExitStatus::done;
  }
  if (options.list) {
    print_nodes(found, context.out);
  } else {
    print_inputs(found, context.out);
    print_code(found, context.out);
  }
  context.out.line(summary(found));
  return ExitStatus::done;
}

}  // namespace

Action add_closure(CLI::App& app, Context& context) {
  const auto options = std::make_shared<ClosureOptions>();
  app.add_option("ids", options->ids, "Nodes, objects or artifacts: their ids, or the beginnings of them")
      ->type_name("ID")
      ->required();
  app.add_flag("--list", options->list, "All nodes, not the inputs and the code alone");
  return [options, &context] { return closure(*options, context); };
}

}  // namespace cairn::cli
