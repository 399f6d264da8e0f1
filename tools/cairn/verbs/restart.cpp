// cairn restart: the checkpoint of a run to go on from, and back into files.
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

struct RestartCommand {
  std::string run;
  std::string into;
  std::optional<std::int64_t> step;
  std::optional<std::string> tag;
  std::string id;
  bool fall_back = false;
};

RestartPoint find_point(const Store& store, Run& run, const RestartCommand& command) {
  RestartOptions options;
  options.step = command.step;
  options.tag = command.tag;
  if (!command.id.empty()) options.id = CheckpointId{resolve(store, command.id, {"checkpoint"}).digest};
  const bool is_named = options.id || options.step || options.tag;
  options.fall_back = command.fall_back || !is_named;
  if (auto found = run.restart_point(options)) return std::move(*found);
  throw Error(ErrorCode::not_found, fmt::format("run {} has no {}", printable(run.name()),
                                                options.id    ? fmt::format("checkpoint {}", options.id->hex())
                                                : options.step ? fmt::format("checkpoint of step {}", *options.step)
                                                : options.tag  ? fmt::format("tag {}", printable(*options.tag))
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

boost::json::object document(const RestartPoint& point, const std::string& into) {
  boost::json::array skipped, pending, unfinished;
  for (const SkippedCheckpoint& one : point.skipped()) skipped.push_back(cli::document(one));
  for (const PendingWrite& write : point.pending_writes()) pending.push_back(cli::document(write));
  for (const UnfinishedNode& node : point.unfinished()) unfinished.push_back(cli::document(node));
  return {{"checkpoint", cli::document(point.checkpoint())},
          {"skipped", std::move(skipped)},
          {"pending_writes", std::move(pending)},
          {"unfinished", std::move(unfinished)},
          {"directory", into.empty() ? boost::json::value(nullptr) : boost::json::value(json_text(into))}};
}

void print(const RestartPoint& point, Output& out) {
  const Checkpoint& checkpoint = point.checkpoint();
  out.line(fmt::format("{}  step {}, {}, {}", checkpoint.id.hex(), checkpoint.step, count_of(checkpoint.state.size(), "state"),
                       count_of(checkpoint.artifacts.size(), "artifact")));
  for (const PendingWrite& write : point.pending_writes())
    out.line(fmt::format("pending     {} {}  {}  {}", printable(write.task), write.index, printable(write.channel),
                         short_id(write.value.digest)));
  for (const UnfinishedNode& node : point.unfinished()) {
    out.line(fmt::format("unfinished  {}  {} {}  {} \"{}\"", node.node.uuid.text(), state_name(node.node.state), kind_name(node.node.kind),
                         printable(node.node.type), printable(node.node.label)));
    for (const StepData& input : node.inputs)
      out.line(fmt::format("    input {}: {}", printable(input.label), input.node.text()));
  }
}

ExitStatus restart(const RestartCommand& command, Context& context) {
  const Store store = open_reader(context);
  Run run = get_run(store, command.run);
  const RestartPoint point = find_point(store, run, command);
  for (const SkippedCheckpoint& one : point.skipped())
    fmt::print(stderr, "cairn restart: skipped checkpoint {} (step {}): {}\n", one.id.hex(), one.step, printable(one.reason));
  if (!command.into.empty()) {
    NewDirectory directory(command.into, context.interrupts);
    write_checkpoint(store, point.checkpoint(), directory.path());
    directory.publish();
  }
  if (context.json) context.out.json(document(point, command.into));
  else print(point, context.out);
  return ExitStatus::done;
}

}  // namespace

Action add_restart(CLI::App& app, Context& context) {
  const auto command = std::make_shared<RestartCommand>();
  app.add_option("run", command->run, "The run's name")->type_name("RUN")->required();
  app.add_option("--into", command->into, "A new or empty directory for state/NAME and artifacts/NAME/; without it, they are only checked")
      ->type_name("DIR");
  CLI::Option* step = add_number<std::int64_t>(app, "--step", command->step,
                                               "The newest checkpoint of this step, not the newest of all");
  CLI::Option* tag = app.add_option("--tag", command->tag, "The checkpoint that has this tag")->type_name("TAG")->excludes(step);
  app.add_option("--id", command->id, "This checkpoint")->type_name("ID")->excludes(step)->excludes(tag);
  app.add_flag("--fall-back", command->fall_back,
               "If the one that is named is damaged, take the newest before it that is not; without a name, this is always done");
  return [command, &context] { return restart(*command, context); };
}

}  // namespace cairn::cli
