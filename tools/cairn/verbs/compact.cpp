// cairn compact: free what nothing refers to, and rewrite what stays in less room.
#include <cairn/store.h>

#include <CLI/App.hpp>

#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "documents.h"
#include "numbers.h"
#include "stage_progress.h"
#include "text.h"
#include "verbs.h"

namespace cairn::cli {
namespace {

constexpr std::size_t kKeptShown = 10;

struct Options {
  bool dry_run = false;
  std::optional<int> zstd_level;
  std::optional<std::uint32_t> seconds_max;
};

CompactReport run_compact(const Options& options, Context& context) {
  StageProgress progress;
  CompactOptions compact{.dry_run = options.dry_run, .zstd_level = options.zstd_level};
  compact.progress = [&](const CareProgress& done) { progress.update(done); };
  if (options.seconds_max) compact.time_max = std::chrono::seconds(*options.seconds_max);
  return open_writer(context).compact(compact);
}

void print(const CompactReport& report, bool dry_run, Output& out) {
  const CollectReport& collected = report.collected;
  if (collected.complete) {
    out.line(fmt::format("{} of {} {}, {} of {} kept", human_size(collected.freed_bytes), count_of(collected.freed_count, "blob"),
                         dry_run ? "would be freed" : "freed", human_size(collected.kept_bytes),
                         count_of(collected.kept_count, "blob")));
    Table table({"KEPT", "BY", "NAME"});
    for (std::size_t i = 0; i < std::min(collected.kept.size(), kKeptShown); ++i)
      table.add({human_size(collected.kept[i].bytes), printable(collected.kept[i].kind), printable(collected.kept[i].name)});
    table.print(out);
  }
  if (collected.waiting_bytes != 0)
    out.line(fmt::format("{} more go back to the disk when nobody reads an older state any more", human_size(collected.waiting_bytes)));
  if (!dry_run)
    out.line(fmt::format("on disk: {} before, {} now", human_size(report.disk_bytes_before), human_size(report.disk_bytes_after)));
  if (!report.complete) out.line("not all was done in the time: calling it again goes on");
}

ExitStatus compact(const Options& options, Context& context) {
  const CompactReport report = run_compact(options, context);
  if (context.json) {
    boost::json::object shown = document(report);
    shown.emplace("dry_run", options.dry_run);
    context.out.json(shown);
  } else {
    print(report, options.dry_run, context.out);
  }
  return ExitStatus::done;
}

}  // namespace

Action add_compact(CLI::App& app, Context& context) {
  const auto options = std::make_shared<Options>();
  app.add_flag("--dry-run", options->dry_run, "Only tell what would be freed");
  add_number<int>(app, "--zstd", options->zstd_level, "Compress what is stored anew, at this level from 1 to 19")->type_name("LEVEL");
  add_number<std::uint32_t>(app, "--max-time", options->seconds_max, "End soon after so many seconds")->type_name("SECONDS");
  return [options, &context] { return compact(*options, context); };
}

}  // namespace cairn::cli
