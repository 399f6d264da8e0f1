// cairn stats: what the store holds and what it takes.
#include <cairn/store.h>

#include <CLI/App.hpp>

#include <fmt/format.h>

#include "documents.h"
#include "text.h"
#include "verbs.h"

namespace cairn::cli {
namespace {

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
  print("distinct", human_size(stats.content_bytes));
  print("on disk", fmt::format("{}, and {} in reserve", human_size(stats.disk_bytes), human_size(stats.reserve_bytes)));
  if (stats.collisions != 0) print("collisions", fmt::format("{}", stats.collisions));
}

ExitStatus stats(Context& context) {
  const StoreStats found = open_reader(context).stats();
  if (context.json)
    context.out.json(document(found));
  else
    print_stats(found, context.out);
  return ExitStatus::done;
}

}  // namespace

Action add_stats(CLI::App&, Context& context) {
  return [&context] { return stats(context); };
}

}  // namespace cairn::cli
