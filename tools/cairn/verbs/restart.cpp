// cairn restart: a checkpoint of a run back into files.
#include <cairn/error.h>
#include <cairn/store.h>
#include <cairn/value_json.h>

#include <CLI/App.hpp>

#include <boost/json/array.hpp>

#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <optional>

#include "documents.h"
#include "files.h"
#include "ids.h"
#include "numbers.h"
#include "text.h"
#include "values.h"
#include "verbs.h"

namespace cairn::cli {
namespace {

namespace fs = std::filesystem;

struct RestartOptions {
  std::string run;
  std::string into;
  std::optional<std::int64_t> step;
  std::optional<std::string> tag;
};

Checkpoint find_checkpoint(const Run& run, const RestartOptions& options, std::vector<SkippedCheckpoint>& skipped) {
  std::optional<Checkpoint> found = options.step  ? run.at(*options.step)
                                    : options.tag ? run.tagged(*options.tag)
                                                  : run.latest_valid(&skipped);
  if (found) return std::move(*found);
  throw Error(ErrorCode::not_found, fmt::format("run {} has no {}", printable(run.name()),
                                                options.step  ? fmt::format("checkpoint of step {}", *options.step)
                                                : options.tag ? fmt::format("tag {}", printable(*options.tag))
                                                              : "checkpoint"));
}

// Bytes and text as NAME, all else as NAME.json; the dot is escaped if another state is called that.
void write_state(const Value& value, const std::string& name, const Checkpoint& checkpoint, const fs::path& directory) {
  if (const auto content = file_content(value)) {
    write_new_file(directory / file_name(name), *content);
  } else {
    const char* suffix = checkpoint.state.contains(name + ".json") ? "%2Ejson" : ".json";
    write_new_file(directory / file_name(name, suffix), to_json(value) + "\n");
  }
}

void write_checkpoint(const Store& store, const Checkpoint& checkpoint, const fs::path& directory) {
  fs::create_directory(directory / "state");
  for (const auto& [name, id] : checkpoint.state)
    write_state(store.get_value(id), name, checkpoint, directory / "state");
  fs::create_directory(directory / "artifacts");
  for (const auto& [name, id] : checkpoint.artifacts) store.restore(id, directory / "artifacts" / file_name(name));
}

ExitStatus restart(const RestartOptions& options, Context& context) {
  const Store store = open_reader(context);
  const Run run = get_run(store, options.run);
  std::vector<SkippedCheckpoint> skipped;
  const Checkpoint checkpoint = find_checkpoint(run, options, skipped);
  for (const SkippedCheckpoint& one : skipped)
    fmt::print(stderr, "cairn restart: skipped checkpoint {} (step {}): {}\n", one.id.hex(), one.step,
               printable(one.reason));

  NewDirectory directory(options.into, context.interrupts);
  write_checkpoint(store, checkpoint, directory.path());
  directory.publish();

  if (context.json) {
    boost::json::array passed_over;
    for (const SkippedCheckpoint& one : skipped) passed_over.push_back(document(one));
    context.out.json({{"checkpoint", document(checkpoint)},
                      {"skipped", std::move(passed_over)},
                      {"directory", json_text(options.into)}});
  } else {
    context.out.line(fmt::format("{}  step {}, {}, {}", checkpoint.id.hex(), checkpoint.step,
                                 count_of(checkpoint.state.size(), "state"),
                                 count_of(checkpoint.artifacts.size(), "artifact")));
  }
  return ExitStatus::done;
}

}  // namespace

Action add_restart(CLI::App& app, Context& context) {
  const auto options = std::make_shared<RestartOptions>();
  app.add_option("run", options->run, "The run's name")->type_name("RUN")->required();
  app.add_option("--into", options->into, "A new or empty directory for state/NAME and artifacts/NAME/")
      ->type_name("DIR")
      ->required();
  CLI::Option* step = add_number<std::int64_t>(app, "--step", options->step,
                                               "The newest checkpoint of this step, not the newest of all");
  app.add_option("--tag", options->tag, "The checkpoint that has this tag")->type_name("TAG")->excludes(step);
  return [options, &context] { return restart(*options, context); };
}

}  // namespace cairn::cli
