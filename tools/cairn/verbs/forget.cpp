// cairn forget: remove nodes from the graph, with what makes no sense without them.
#include <cairn/store.h>

#include <CLI/App.hpp>

#include <fmt/format.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "documents.h"
#include "graph_options.h"
#include "ids.h"
#include "text.h"
#include "verbs.h"

namespace cairn::cli {
namespace {

struct Options {
  std::vector<std::string> ids;
  bool no_create_forward = false, no_call_calc_forward = false, no_call_work_forward = false, content = false, dry_run = false;
};

void append(const ForgetReport& from, ForgetReport& to) {
  const auto append_list = [](const auto& source, auto& target) { target.insert(target.end(), source.begin(), source.end()); };
  append_list(from.nodes, to.nodes);
  append_list(from.runs, to.runs);
  append_list(from.checkpoints, to.checkpoints);
  to.link_count += from.link_count;
}

// All are found before anything goes.
ForgetReport forget_contents(Store& store, const std::vector<std::string>& ids, const ForgetOptions& options) {
  std::vector<Named> contents;
  for (const std::string& id : ids) contents.push_back(resolve(store, id, {"object", "artifact"}));
  ForgetReport report;
  for (const Named& named : contents)
    append(named.kind == "object" ? store.forget_content(ObjectId{named.digest}, options)
                                  : store.forget_content(ArtifactId{named.digest}, options), report);
  return report;
}

void print(const ForgetReport& report, bool dry_run, Output& out) {
  Table table({"NODE", "KIND", "TYPE", "LABEL", "WHY"});
  for (const ForgottenNode& node : report.nodes)
    table.add({node.uuid.text(), std::string(kind_name(node.kind)), printable(node.type), printable(node.label), printable(node.rule)});
  table.print(out);
  for (const std::string& run : report.runs) out.line(fmt::format("run {}", printable(run)));
  for (const CheckpointId& id : report.checkpoints) out.line(fmt::format("checkpoint {}", id.hex()));
  out.line(fmt::format("{}, {}, {} and {} {}", count_of(report.nodes.size(), "node"), count_of(report.link_count, "link"),
                       count_of(report.runs.size(), "run"), count_of(report.checkpoints.size(), "checkpoint"),
                       dry_run ? "would be forgotten" : "forgotten"));
}

ExitStatus forget(const Options& options, Context& context) {
  ForgetOptions how;
  how.create_forward = !options.no_create_forward;
  how.call_calc_forward = !options.no_call_calc_forward;
  how.call_work_forward = !options.no_call_work_forward;
  how.dry_run = options.dry_run;
  Store store = options.dry_run ? open_reader(context) : open_writer(context);
  const ForgetReport report = options.content ? forget_contents(store, options.ids, how) : store.forget(find_nodes(store, options.ids), how);
  if (!context.json) {
    print(report, options.dry_run, context.out);
    return ExitStatus::done;
  }
  boost::json::object shown = document(report);
  shown.emplace("dry_run", options.dry_run);
  context.out.json(shown);
  return ExitStatus::done;
}

}  // namespace

Action add_forget(CLI::App& app, Context& context) {
  const auto options = std::make_shared<Options>();
  app.add_option("ids", options->ids, "Nodes, or objects or artifacts that nodes have: their ids, or the beginnings of them")
      ->type_name("ID")
      ->required();
  app.add_flag("--no-create-forward", options->no_create_forward, "Data that a calculation made stays");
  app.add_flag("--no-call-calc-forward", options->no_call_calc_forward, "Calculations that a workflow called stay");
  app.add_flag("--no-call-work-forward", options->no_call_work_forward, "Workflows that a workflow called stay");
  app.add_flag("--content", options->content, "Everything that carries these objects or artifacts, checkpoints too");
  app.add_flag("--dry-run", options->dry_run, "Only tell");
  return [options, &context] { return forget(*options, context); };
}

}  // namespace cairn::cli
