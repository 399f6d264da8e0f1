// cairn log: the checkpoints of a run.
#include <cairn/store.h>

#include <CLI/App.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
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

constexpr std::size_t kPageSize = 500;

struct LogOptions {
  std::string run;
  std::string before, after;
  std::optional<std::int64_t> step;
  std::vector<std::string> metadata, metadata_json;
  std::size_t limit = SIZE_MAX;
};

void print_page(const std::vector<Checkpoint>& page, Context& context) {
  Table table({"CHECKPOINT", "STEP", "TIME", "NEW", "STATES", "ARTIFACTS", "TAGS"});
  for (const Checkpoint& checkpoint : page) {
    if (context.json)
      context.out.json(document(checkpoint));
    else if (checkpoint.damaged || checkpoint.purged)
      table.add({short_id(checkpoint.id.digest), fmt::format("{}", checkpoint.step), short_time(checkpoint.time),
                 checkpoint.purged ? "purged" : "damaged", "", "", printable(fmt::format("{}", fmt::join(checkpoint.tags, " ")))});
    else
      table.add({short_id(checkpoint.id.digest), fmt::format("{}", checkpoint.step), short_time(checkpoint.time),
                 human_size(checkpoint.bytes_new), fmt::format("{}", checkpoint.state.size()),
                 fmt::format("{}", checkpoint.artifacts.size()),
                 printable(fmt::format("{}", fmt::join(checkpoint.tags, " ")))});
  }
  table.print(context.out);
  context.out.flush();
}

ExitStatus log(const LogOptions& options, Context& context) {
  HistoryOptions history;
  history.step = options.step;
  history.metadata = parse_metadata(options.metadata, options.metadata_json);
  const Store store = open_reader(context);
  const Run run = get_run(store, options.run);
  if (!options.before.empty()) history.before = CheckpointId{resolve(store, options.before, {"checkpoint"}).digest};
  if (!options.after.empty()) history.after = CheckpointId{resolve(store, options.after, {"checkpoint"}).digest};
  for (std::size_t left = options.limit; left != 0;) {
    history.limit = std::min(left, kPageSize);
    const std::vector<Checkpoint> page = run.history(history);
    print_page(page, context);
    if (page.size() < history.limit) break;
    history.before = page.back().id;
    left -= page.size();
  }
  return ExitStatus::done;
}

}  // namespace

Action add_log(CLI::App& app, Context& context) {
  const auto options = std::make_shared<LogOptions>();
  app.add_option("run", options->run, "The run's name")->type_name("RUN")->required();
  add_number<std::size_t>(app, "--limit", options->limit, "At most so many");
  app.add_option("--before", options->before, "Only checkpoints older than this one")->type_name("ID");
  app.add_option("--after", options->after, "Only checkpoints newer than this one")->type_name("ID");
  add_number<std::int64_t>(app, "--step", options->step, "Only checkpoints of this step");
  add_metadata_options(app, options->metadata, options->metadata_json, "Only checkpoints with this in their metadata");
  return [options, &context] { return log(*options, context); };
}

}  // namespace cairn::cli
