// cairn checkpoint: commit one checkpoint of a run.
#include <cairn/store.h>
#include <cairn/value_json.h>

#include <CLI/App.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "documents.h"
#include "files.h"
#include "ids.h"
#include "metadata.h"
#include "numbers.h"
#include "text.h"
#include "values.h"
#include "verbs.h"

namespace cairn::cli {
namespace {

struct CheckpointOptions {
  std::string run;
  std::int64_t step = 0;
  std::vector<std::string> state, state_json, state_ids, artifacts, artifact_ids, tags, metadata, metadata_json;
};

using Assignments = std::vector<std::pair<std::string, std::string>>;

/// The options taken apart.
struct Content {
  Assignments states, state_json, state_ids, artifacts, artifact_ids;
  Map metadata;
};

void check_name(std::string_view option, const std::string& name) {
  constexpr std::size_t kNameMax = 255;  // of Run::checkpoint
  if (name.empty() || name.size() > kNameMax || json_text(name) != name)
    throw UsageError(fmt::format("{}: expected a name of 1 to {} bytes of UTF-8, got '{}'", option, kNameMax,
                                 printable(name)));
}

Assignments split_all(std::string_view option, const std::vector<std::string>& texts) {
  Assignments all;
  for (const std::string& text : texts) {
    all.push_back(split_assignment(option, text));
    check_name(option, all.back().first);
  }
  return all;
}

void check_distinct(std::string_view what, std::initializer_list<const Assignments*> lists) {
  std::set<std::string> names;
  for (const Assignments* list : lists)
    for (const auto& [name, path] : *list)
      if (!names.insert(name).second) throw UsageError(fmt::format("{} {} is given twice", what, printable(name)));
}

void check_files(const Content& content) {
  Assignments states = content.states;
  states.insert(states.end(), content.state_json.begin(), content.state_json.end());
  // Who reads standard input first leaves nothing to the next.
  if (std::ranges::count(states, "-", &Assignments::value_type::second) > 1)
    throw UsageError("-: standard input can be one state only");
  for (const auto& [name, file] : states) require_readable_file(file);
  for (const auto& [name, path] : content.artifacts) require_readable_tree(path);
}

// What can be wrong with the arguments is found here, before the run is made.
Content checked_content(const CheckpointOptions& options) {
  Content content{split_all("--state", options.state),        split_all("--state-json", options.state_json),
                  split_all("--state-id", options.state_ids), split_all("--artifact", options.artifacts),
                  split_all("--artifact-id", options.artifact_ids), parse_metadata(options.metadata, options.metadata_json)};
  for (const MapEntry& entry : content.metadata) check_name("--metadata", *entry.key.get_if<std::string>());
  for (const std::string& tag : options.tags) check_name("--tag", tag);
  check_distinct("state", {&content.states, &content.state_json, &content.state_ids});
  check_distinct("artifact", {&content.artifacts, &content.artifact_ids});
  check_files(content);
  return content;
}

ExitStatus checkpoint(const CheckpointOptions& options, Context& context) {
  const Content content = checked_content(options);
  std::vector<std::pair<std::string, Value>> values;
  for (const auto& [name, file] : content.state_json) values.emplace_back(name, from_json(read_input(file)));

  Store store = open_writer(context);
  std::vector<std::pair<std::string, ObjectId>> objects;
  std::vector<std::pair<std::string, ArtifactId>> artifacts;
  for (const auto& [name, id] : content.state_ids) objects.emplace_back(name, ObjectId{resolve(store, id, {"object"}).digest});
  for (const auto& [name, id] : content.artifact_ids)
    artifacts.emplace_back(name, ArtifactId{resolve(store, id, {"artifact"}).digest});
  CheckpointBuilder builder = store.run(options.run).checkpoint(options.step);
  for (const auto& [name, file] : content.states) builder.save(name, bytes_value(read_input(file)));
  for (const auto& [name, value] : values) builder.save(name, value);
  for (const auto& [name, id] : objects) builder.save(name, id);
  for (const auto& [name, path] : content.artifacts) builder.attach(name, path);
  for (const auto& [name, id] : artifacts) builder.attach(name, id);
  for (const MapEntry& entry : content.metadata) builder.note(*entry.key.get_if<std::string>(), entry.value);
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
  add_repeated("--state-id", options->state_ids, "A state: an object that is in the store (repeatable)", "NAME=ID");
  add_repeated("--artifact", options->artifacts, "A file or tree to keep with it (repeatable)", "NAME=PATH");
  add_repeated("--artifact-id", options->artifact_ids, "An artifact that is in the store (repeatable)", "NAME=ID");
  add_repeated("--tag", options->tags, "A name that pins it (repeatable)", "TAG");
  add_metadata_options(app, options->metadata, options->metadata_json, "A small fact about it");
  add_wait_option(app, context);
  return [options, &context] { return checkpoint(*options, context); };
}

}  // namespace cairn::cli
