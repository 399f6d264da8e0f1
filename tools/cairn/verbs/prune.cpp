// cairn prune: remove the checkpoints of a run that no rule keeps.
#include <cairn/store.h>
#include <cairn/time.h>

#include <CLI/App.hpp>

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "documents.h"
#include "ids.h"
#include "metadata.h"
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

std::optional<std::chrono::seconds> parse_age(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  constexpr std::int64_t kMost = 1'000'000;
  if (error != std::errc() || end + 1 != text.data() + text.size() || number < 0 || number > kMost) return std::nullopt;
  switch (*end) {
    case 's': return std::chrono::seconds(number);
    case 'm': return std::chrono::minutes(number);
    case 'h': return std::chrono::hours(number);
    case 'd': return std::chrono::days(number);
    default: return std::nullopt;
  }
}

Timestamp parse_moment(const std::string& text) {
  if (const auto age = parse_age(text)) return std::chrono::time_point_cast<Timestamp::duration>(std::chrono::system_clock::now()) - *age;
  const auto time = DateTime::parse(text);
  constexpr std::int64_t kSecondsMost = 9'000'000'000;  // what a time in nanoseconds holds
  const bool is_time = time && time->zone.offset && std::abs(time->local.time_since_epoch().count()) <= kSecondsMost;
  if (!is_time)
    throw UsageError(fmt::format("--newer-than: expected a time such as 2026-03-01T12:00:00Z, or an age such as 90s, 30m, 12h or 7d, got '{}'",
                                 printable(text)));
  return Timestamp(time->local.time_since_epoch() + time->subsecond - *time->zone.offset);
}

RetentionPolicy parse_policy(const PruneOptions& options) {
  RetentionPolicy policy;
  policy.last = options.last;
  policy.every = options.every;
  if (options.every == 0u) throw UsageError("--every: expected 1 or more");
  if (!options.newer_than.empty()) policy.newer_than = parse_moment(options.newer_than);
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
  return [options, &context] { return prune(*options, context); };
}

}  // namespace cairn::cli
