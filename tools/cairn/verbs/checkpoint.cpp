// cairn checkpoint: commit one checkpoint of a run.
#include <cairn/store.h>
#include <cairn/value_json.h>

#include <CLI/App.hpp>

#include <fmt/format.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "documents.h"
#include "files.h"
#include "values.h"
#include "verbs.h"

namespace cairn::cli {
namespace {

struct CheckpointOptions {
  std::string run;
  std::int64_t step = 0;
  std::vector<std::string> state, state_json, artifacts, tags, metadata;
};

ExitStatus checkpoint(const CheckpointOptions& options, Context& context) {
  Store store = open_writer(context);
  Run run = store.run(options.run);
  CheckpointBuilder builder = run.checkpoint(options.step);
  for (const std::string& text : options.state) {
    const auto [name, file] = split_assignment("--state", text);
    builder.save(name, bytes_value(read_input(file)));
  }
  for (const std::string& text : options.state_json) {
    const auto [name, file] = split_assignment("--state-json", text);
    builder.save(name, from_json(read_input(file)));
  }
  for (const std::string& text : options.artifacts) {
    const auto [name, path] = split_assignment("--artifact", text);
    builder.attach(name, path);
  }
  for (const std::string& text : options.metadata) {
    const auto [key, value] = split_assignment("--metadata", text);
    builder.note(key, value);
  }
  for (const std::string& tag : options.tags) builder.tag(tag);
  const Receipt receipt = builder.commit();
  if (context.json)
    context.out.json(document(receipt));
  else
    context.out.line(receipt.id.hex());
  return ExitStatus::done;
}

}  // namespace

Action add_checkpoint(CLI::App& app, Context& context) {
  const auto options = std::make_shared<CheckpointOptions>();
  const auto add_repeated = [&](const char* name, std::vector<std::string>& values, const char* help, const char* form) {
    // One value each, so that the run may come behind it.
    app.add_option(name, values, help)->type_name(form)->allow_extra_args(false)->take_all();
  };
  app.add_option("run", options->run, "The run; created if there is none of that name")->type_name("RUN")->required();
  app.add_option("--step", options->step, "The step it stands for, your own number")->type_name("N")->required();
  add_repeated("--state", options->state, "A state: the file's bytes (repeatable)", "NAME=FILE");
  add_repeated("--state-json", options->state_json, "A state: a value in JSON, as get --json prints it", "NAME=FILE");
  add_repeated("--artifact", options->artifacts, "A file or tree to keep with it (repeatable)", "NAME=PATH");
  add_repeated("--tag", options->tags, "A name that pins it (repeatable)", "TAG");
  add_repeated("--metadata", options->metadata, "A small fact about it (repeatable)", "KEY=VALUE");
  return [options, &context] { return checkpoint(*options, context); };
}

}  // namespace cairn::cli
