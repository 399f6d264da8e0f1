// cairn stats: what the store holds and what it takes, and how a run grows.
#include <cairn/store.h>

#include <CLI/App.hpp>

#include <boost/json/object.hpp>

#include <fmt/format.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "documents.h"
#include "files.h"
#include "growth_plot.h"
#include "prometheus.h"
#include "text.h"
#include "verbs.h"

namespace cairn::cli {
namespace {

struct StatsOptions {
  std::string run, svg;
  bool usage = false, prometheus = false;
};

// ", shared 3.2 times"; empty if that says nothing.
std::string times(std::uint64_t whole, std::uint64_t part, std::string_view what) {
  return part == 0 ? "" : fmt::format(", {} {:.1f} times", what, static_cast<double>(whole) / static_cast<double>(part));
}

std::uint64_t stored_bytes(const StoreStats& stats) {
  std::uint64_t stored = 0;
  for (const auto& [kind, count] : stats.blobs) stored += count.stored_bytes;
  return stored;
}

void print_stats(const StoreStats& stats, Output& out) {
  const auto print = [&](std::string_view name, const std::string& value) {
    out.line(fmt::format("{:<18}{}", name, value));
  };
  print("store", stats.uuid.text());
  print("format", fmt::format("{}", stats.format));
  print("runs", fmt::format("{}", stats.run_count));
  print("checkpoints", fmt::format("{}", stats.checkpoint_count));
  for (const auto& [kind, count] : stats.nodes) print(kind + " nodes", fmt::format("{}", count));
  print("links", fmt::format("{}", stats.link_count));
  for (const auto& [kind, count] : stats.blobs)
    print(kind + " blobs",
          fmt::format("{}, {}, stored in {}", count.count, human_size(count.bytes), human_size(count.stored_bytes)));
  print("saved", human_size(stats.logical_bytes));
  print("distinct", human_size(stats.content_bytes) + times(stats.logical_bytes, stats.content_bytes, "shared"));
  print("compressed", human_size(stored_bytes(stats)) + times(stats.content_bytes, stored_bytes(stats), "smaller"));
  print("on disk", fmt::format("{}, and {} in reserve", human_size(stats.disk_bytes), human_size(stats.reserve_bytes)));
  if (stats.collisions != 0) print("collisions", fmt::format("{}", stats.collisions));
}

void print_totals(const char* heading, const char* count, const std::vector<UsageTotal>& totals, Output& out) {
  if (totals.empty()) return;
  out.line("");
  Table table({heading, count, "SAVED", "STORED"});
  for (const UsageTotal& total : totals)
    table.add({total.name.empty() ? "-" : visible(total.name), fmt::format("{}", total.count), human_size(total.logical_bytes),
               human_size(total.stored_bytes)});
  table.print(out);
}

void print_usage(const StoreUsage& usage, Output& out) {
  out.line(fmt::format("{:<18}{}", "garbage", human_size(usage.garbage_bytes)));
  print_totals("RUN", "CHECKPOINTS", usage.runs, out);
  print_totals("TYPE", "NODES", usage.types, out);
  print_totals("ARTIFACT", "USES", usage.artifacts, out);
}

ExitStatus show_store(const StatsOptions& options, Context& context) {
  const Store store = open_reader(context);
  const StoreStats stats = store.stats();
  const std::optional<StoreUsage> usage = options.usage ? std::optional(store.usage()) : std::nullopt;
  if (options.prometheus) {
    context.out.raw(prometheus_text(stats, usage ? &*usage : nullptr));
  } else if (context.json) {
    boost::json::object shown = document(stats);
    if (usage) shown.emplace("usage", document(*usage));
    context.out.json(shown);
  } else {
    print_stats(stats, context.out);
    if (usage) print_usage(*usage, context.out);
  }
  return ExitStatus::done;
}

void print_growth(const std::vector<CheckpointGrowth>& growth, Output& out) {
  Table table({"NUMBER", "STEP", "TIME", "SAVED", "NEW"});
  std::uint64_t saved = 0, fresh = 0;
  for (const CheckpointGrowth& one : growth) {
    table.add({fmt::format("{}", one.sequence), fmt::format("{}", one.step), short_time(one.time), human_size(one.logical_bytes),
               human_size(one.new_bytes)});
    saved += one.logical_bytes;
    fresh += one.new_bytes;
  }
  table.print(out);
  out.line(fmt::format("{}: {} saved, {} of these new", count_of(growth.size(), "checkpoint"), human_size(saved), human_size(fresh)));
}

ExitStatus show_run(const StatsOptions& options, Context& context) {
  const std::vector<CheckpointGrowth> growth = open_reader(context).growth(options.run);
  if (options.svg == "-") context.out.raw(growth_svg(options.run, growth));
  else if (!options.svg.empty()) write_new_file(options.svg, growth_svg(options.run, growth));
  else if (options.prometheus) context.out.raw(prometheus_text(options.run, growth));
  else if (!context.json) print_growth(growth, context.out);
  else
    for (const CheckpointGrowth& one : growth) context.out.json(document(one));
  return ExitStatus::done;
}

ExitStatus stats(const StatsOptions& options, Context& context) {
  const bool is_run = !options.run.empty();
  if (!options.svg.empty() && !is_run) throw UsageError("--svg: which run? It draws how one grows");
  if (options.usage && is_run) throw UsageError("--usage is about the whole store; expected no run");
  if (context.json + options.prometheus + !options.svg.empty() > 1) throw UsageError("expected one of --json, --prometheus and --svg");
  return is_run ? show_run(options, context) : show_store(options, context);
}

}  // namespace

Action add_stats(CLI::App& app, Context& context) {
  const auto options = std::make_shared<StatsOptions>();
  app.add_option("run", options->run, "How this run grew, checkpoint by checkpoint")->type_name("RUN");
  app.add_flag("--usage", options->usage, "Also what each run, type and artifact takes, and what nothing needs: reads what names others");
  app.add_flag("--prometheus", options->prometheus, "In the text format of Prometheus");
  app.add_option("--svg", options->svg, "Draw the growth of the run into a new file, or - for standard output")->type_name("FILE");
  return [options, &context] { return stats(*options, context); };
}

}  // namespace cairn::cli
