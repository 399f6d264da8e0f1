// cairn prune: remove the checkpoints of a run that no rule keeps.
#include <cairn/store.h>

#include <CLI/App.hpp>

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "documents.h"
#include "ids.h"
#include "metadata.h"
#include "moments.h"
#include "numbers.h"
#include "text.h"
#include "verbs.h"

namespace cairn::cli {
namespace {

struct PruneOptions {
  std::string run, newer_than, best;
  std::optional<std::size_t> last;
  std::optional<std::uint64_t> every;
  std::size_t best_count = 1;
  std::vector<std::string> without, without_json;
  bool largest = false, also_tagged = false, all = false, dry_run = false;
};

RetentionPolicy parse_policy(const PruneOptions& options) {
  RetentionPolicy policy;
  policy.last = options.last;
  policy.every = options.every;
  if (options.every == 0u) throw UsageError("--every: expected 1 or more");
  if (!options.newer_than.empty()) policy.newer_than = parse_moment("--newer-than", options.newer_than);
  if (!options.best.empty()) policy.best = RetentionPolicy::Best{options.best, options.best_count, !options.largest};
  const Map without = parse_metadata(options.without, options.without_json, "--without");
  if (without.size() != 0) policy.without = without;
  policy.tagged = !options.also_tagged;
  const bool has_rule = policy.last || policy.every || policy.newer_than || policy.best || policy.without;
  if (!has_rule && !options.all)
    throw UsageError("which checkpoints stay? Give --last, --every, --newer-than, --best or --without, or --all to remove all");
  if (has_rule && options.all) throw UsageError("--all: expected no rule beside it");
  return policy;
}

void print(const PruneReport& report, bool dry_run, Context& context) {
  if (context.json) {
    boost::json::object shown = document(report);
    shown.emplace("dry_run", dry_run);
    context.out.json(shown);
    return;
  }
  Table table({"", "CHECKPOINT", "STEP", "KEPT BY"});
  for (const RetainedCheckpoint& kept : report.kept)
    table.add({"", short_id(kept.id.digest), fmt::format("{}", kept.step), printable(kept.rule)});
  for (const RemovedCheckpoint& removed : report.removed)
    table.add({"-", short_id(removed.id.digest), fmt::format("{}", removed.step), ""});
  table.print(context.out);
  context.out.line(fmt::format("{} {}, {} kept", count_of(report.removed.size(), "checkpoint"), dry_run ? "would be removed" : "removed",
                               report.kept.size()));
}

ExitStatus prune(const PruneOptions& options, Context& context) {
  const RetentionPolicy policy = parse_policy(options);
  const Store store = options.dry_run ? open_reader(context) : open_writer(context);
  Run run = get_run(store, options.run);
  print(run.prune(policy, options.dry_run), options.dry_run, context);
  return ExitStatus::done;
}

}  // namespace

Action add_prune(CLI::App& app, Context& context) {
  const auto options = std::make_shared<PruneOptions>();
  app.add_option("run", options->run, "The run's name")->type_name("RUN")->required();
  add_number<std::size_t>(app, "--last", options->last, "Keep the newest N");
  add_number<std::uint64_t>(app, "--every", options->every, "Keep those whose step is a multiple of N");
  app.add_option("--newer-than", options->newer_than, "Keep those made after a time, or within an age such as 12h or 7d")->type_name("TIME");
  app.add_option("--best", options->best, "Keep the one with the smallest number called KEY in its metadata")->type_name("KEY");
  add_number<std::size_t>(app, "--best-count", options->best_count, "Keep the best N");
  app.add_flag("--largest", options->largest, "The largest number is the best");
  add_metadata_options(app, options->without, options->without_json, "Keep those that do not have this in their metadata", "--without");
  app.add_flag("--also-tagged", options->also_tagged, "Tags keep nothing");
  app.add_flag("--all", options->all, "Without a rule: remove all but those that are tagged or that forks have");
  app.add_flag("--dry-run", options->dry_run, "Only tell");
  add_wait_option(app, context);
  return [options, &context] { return prune(*options, context); };
}

}  // namespace cairn::cli
