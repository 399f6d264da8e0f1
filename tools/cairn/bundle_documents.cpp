#include "bundle_documents.h"

#include <cairn/error.h>

#include <boost/json/array.hpp>

#include <fmt/format.h>

#include "files.h"
#include "ids.h"
#include "text.h"

namespace cairn::cli {
namespace {

boost::json::object document(const BundledRun& run) {
  return {{"name", json_text(run.name)},
          {"uuid", run.uuid.text()},
          {"whole", run.is_whole},
          {"run", run.is_there},
          {"checkpoint_count", run.checkpoint_count},
          {"step_count", run.step_count},
          {"node_count", run.node_count}};
}

std::string extent(const BundledRun& run) { return !run.is_there ? "for forks" : run.is_whole ? "all" : "some checkpoints"; }

}  // namespace

boost::json::object document(const BundleReport& report) {
  boost::json::array runs;
  for (const BundledRun& run : report.runs) runs.push_back(document(run));
  return {{"runs", std::move(runs)},
          {"node_count", report.node_count},
          {"link_count", report.link_count},
          {"group_count", report.group_count},
          {"invalidation_count", report.invalidation_count},
          {"purge_count", report.purge_count},
          {"blob_count", report.blob_count},
          {"blob_bytes", report.blob_bytes},
          {"bundle_bytes", report.bundle_bytes}};
}

boost::json::object document(const MergeReport& report) {
  boost::json::array conflicts;
  for (const MergeConflict& conflict : report.conflicts)
    conflicts.push_back({{"kind", conflict.kind}, {"name", json_text(conflict.name)}, {"problem", json_text(conflict.problem)}});
  const auto counts = [](std::uint64_t added, std::uint64_t known) { return boost::json::object{{"new", added}, {"known", known}}; };
  return {{"merged", report.merged},
          {"runs", counts(report.runs_new, report.runs_known)},
          {"checkpoints", counts(report.checkpoints_new, report.checkpoints_known)},
          {"steps", counts(report.steps_new, report.steps_known)},
          {"nodes", counts(report.nodes_new, report.nodes_known)},
          {"links", counts(report.links_new, report.links_known)},
          {"groups", counts(report.groups_new, report.groups_known)},
          {"blobs_new", report.blobs_new},
          {"blobs_shared", report.blobs_shared},
          {"bytes_new", report.bytes_new},
          {"bytes_shared", report.bytes_shared},
          {"conflict_count", report.conflict_count},
          {"conflicts", std::move(conflicts)}};
}

void print(const BundleReport& report, Output& out) {
  Table table({"RUN", "EXTENT", "CHECKPOINTS", "STEPS", "NODES"});
  for (const BundledRun& run : report.runs)
    table.add({printable(run.name), extent(run), std::to_string(run.checkpoint_count), std::to_string(run.step_count),
               std::to_string(run.node_count)});
  table.print(out);
  out.line(fmt::format("{}, {}, {} and {} of {}, {} in all", count_of(report.node_count, "node"), count_of(report.link_count, "link"),
                       count_of(report.group_count, "group"), count_of(report.blob_count, "blob"), human_size(report.blob_bytes),
                       human_size(report.bundle_bytes)));
}

void print(const MergeReport& report, bool dry_run, Output& out) {
  Table conflicts({"CONFLICT", "NAME", "PROBLEM"});
  for (const MergeConflict& conflict : report.conflicts) conflicts.add({conflict.kind, printable(conflict.name), printable(conflict.problem)});
  conflicts.print(out);
  if (report.conflict_count > report.conflicts.size())
    out.line(fmt::format("and {} more", report.conflict_count - report.conflicts.size()));
  Table table({"", "NEW", "THERE"});
  const auto add = [&](std::string what, std::uint64_t added, std::uint64_t known) {
    if (added + known != 0) table.add({std::move(what), std::to_string(added), std::to_string(known)});
  };
  add("runs", report.runs_new, report.runs_known);
  add("checkpoints", report.checkpoints_new, report.checkpoints_known);
  add("steps", report.steps_new, report.steps_known);
  add("nodes", report.nodes_new, report.nodes_known);
  add("links", report.links_new, report.links_known);
  add("groups", report.groups_new, report.groups_known);
  add("blobs", report.blobs_new, report.blobs_shared);
  table.add({"bytes", human_size(report.bytes_new), human_size(report.bytes_shared)});
  table.print(out);
  if (report.conflict_count != 0) out.line(fmt::format("nothing taken in: {}", count_of(report.conflict_count, "conflict")));
  else if (dry_run) out.line("nothing taken in: a dry run");
}

void add_selection_options(CLI::App& app, SelectionOptions& options) {
  app.add_option("id", options.ids, "Runs by name; checkpoints and nodes by id or the beginning of one, checkpoints also as RUN@STEP or RUN:TAG")
      ->type_name("ID");
  app.add_flag("--everything", options.everything, "The whole store");
  app.add_flag("--no-ancestors", options.no_ancestors, "Without what the nodes came from");
}

BundleSelection selection_of(const Store& store, const SelectionOptions& options) {
  if (options.ids.empty() != options.everything) throw UsageError("expected runs, checkpoints or nodes, or --everything alone");
  BundleSelection selection{.everything = options.everything, .ancestors = !options.no_ancestors};
  for (const std::string& id : options.ids) {
    if (store.find_run(id)) {
      selection.runs.push_back(id);
    } else if (id.find_first_of("@:") != std::string::npos) {
      selection.checkpoints.push_back(resolve_checkpoint(store, id, {}).second);
    } else {
      const Named named = resolve(store, id, {"checkpoint", "node"});
      if (named.kind == "node") selection.nodes.push_back(named.node);
      else selection.checkpoints.push_back(CheckpointId{named.digest});
    }
  }
  return selection;
}

void add_merge_options(CLI::App& app, MergeVerbOptions& options) {
  app.add_option("--rename", options.renames, "A run that is new gets another name; may be given again")->type_name("OLD=NEW");
  app.add_option("--prefix", options.prefix, "Of the names of all other runs that are new")->type_name("TEXT");
  app.add_flag("--dry-run", options.dry_run, "Only tell what would be taken in");
}

MergeOptions merge_options(const MergeVerbOptions& options) {
  MergeOptions merge{.dry_run = options.dry_run, .prefix = options.prefix};
  for (const std::string& rename : options.renames) merge.rename.insert(split_assignment("--rename", rename));
  return merge;
}

ExitStatus finish_merge(const MergeReport& report, bool dry_run, bool json, Output& out) {
  if (json) {
    boost::json::object shown = document(report);
    shown.emplace("dry_run", dry_run);
    out.json(shown);
  } else {
    print(report, dry_run, out);
  }
  return report.conflict_count == 0 ? ExitStatus::done : ExitStatus::failed;
}

}  // namespace cairn::cli
