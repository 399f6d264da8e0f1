// cairn checkpoint: commit one checkpoint of a run.
#include <cairn/store.h>
#include <cairn/value_json.h>

#include <CLI/App.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "documents.h"
#include "files.h"
#include "numbers.h"
#include "values.h"
#include "verbs.h"

namespace cairn::cli {
namespace {

struct CheckpointOptions {
  std::string run;
  std::int64_t step = 0;
  std::vector<std::string> state, state_json, artifacts, tags, metadata;
};

using Assignments = std::vector<std::pair<std::string, std::string>>;

Assignments split_all(std::string_view option, const std::vector<std::string>& texts) {
  Assignments all;
  for (const std::string& text : texts) all.push_back(split_assignment(option, text));
  return all;
}

ExitStatus checkpoint(const CheckpointOptions& options, Context& context) {
  // Everything that can be wrong with the arguments is found before the run is made.
  const Assignments states = split_all("--state", options.state), artifacts = split_all("--artifact", options.artifacts),
                    metadata = split_all("--metadata", options.metadata);
  for (const auto& [name, path] : states) require_readable(path);
  for (const auto& [name, path] : artifacts) require_readable(path);
  std::vector<std::pair<std::string, Value>> values;
  for (const auto& [name, path] : split_all("--state-json", options.state_json))
    values.emplace_back(name, from_json(read_input(path)));

  Store store = open_writer(context);
  CheckpointBuilder builder = store.run(options.run).checkpoint(options.step);
  for (const auto& [name, path] : states) builder.save(name, bytes_value(read_input(path)));
  for (const auto& [name, value] : values) builder.save(name, value);
  for (const auto& [name, path] : artifacts) builder.attach(name, path);
  for (const auto& [key, value] : metadata) builder.note(key, value);
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
  const auto add_repeated = [&](const char* name, std::vector<std::string>& values, const char* help,
                                const char* form) {
    // One value each, so that the run may come behind it.
    app.add_option(name, values, help)->type_name(form)->allow_extra_args(false)->take_all();
  };
  app.add_option("run", options->run, "The run; created if there is none of that name")->type_name("RUN")->required();
  add_number<std::int64_t>(app, "--step", options->step, "The step it stands for, your own number")
      ->required();
  add_repeated("--state", options->state, "A state: the file's bytes (repeatable)", "NAME=FILE");
  add_repeated("--state-json", options->state_json, "A state: a value in JSON, as get --json prints it", "NAME=FILE");
  add_repeated("--artifact", options->artifacts, "A file or tree to keep with it (repeatable)", "NAME=PATH");
  add_repeated("--tag", options->tags, "A name that pins it (repeatable)", "TAG");
  add_repeated("--metadata", options->metadata, "A small fact about it (repeatable)", "KEY=VALUE");
  return [options, &context] { return checkpoint(*options, context); };
}

}  // namespace cairn::cli
