// cairn node: make a node with the links it has from birth, or change one.
#include <cairn/error.h>
#include <cairn/store.h>
#include <cairn/value_json.h>

#include <CLI/App.hpp>
#include <CLI/Validators.hpp>

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "documents.h"
#include "files.h"
#include "ids.h"
#include "numbers.h"
#include "text.h"
#include "verbs.h"

namespace cairn::cli {
namespace {

struct NodeOptions {
  std::optional<std::string> id, run, kind, type, label, description, state, exit_message, code_version;
  std::optional<std::int32_t> exit_status;
  std::optional<std::string> attributes, extras, content, file;
  std::vector<std::string> tags, remove_tags, unique_ids, remove_unique_ids;
  std::vector<std::string> inputs, returned, references;
  std::optional<std::string> creator, caller;
};

using LabelledIds = std::vector<std::pair<std::string, std::string>>;

LabelledIds labelled(std::string_view option, const std::vector<std::string>& texts) {
  LabelledIds all;
  for (const std::string& text : texts) all.push_back(split_assignment(option, text));
  return all;
}

Identity parse_unique_id(std::string_view option, const std::string& text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos)
    throw UsageError(fmt::format("{} {}: expected SCOPE:ID", option, printable(text)));
  return {text.substr(0, colon), text.substr(colon + 1)};
}

std::vector<Identity> parse_unique_ids(std::string_view option, const std::vector<std::string>& texts) {
  std::vector<Identity> names;
  for (const std::string& text : texts) names.push_back(parse_unique_id(option, text));
  return names;
}

std::optional<Value> parse_map(const std::optional<std::string>& json) {
  return json ? std::optional(from_json(*json)) : std::nullopt;
}

std::optional<NodeState> parse_state_option(const std::optional<std::string>& name) {
  return name ? parse_state(*name) : std::nullopt;
}

Transaction begin(Store& store, const std::optional<std::string>& run) {
  return run ? store.run(*run).transaction() : store.transaction();
}

Content named_content(const Store& store, const std::string& id) {
  const Named named = resolve(store, id, {"object", "artifact"});
  return named.kind == "object" ? Content(ObjectId{named.digest}) : Content(ArtifactId{named.digest});
}

void add_links(const Store& store, const NodeOptions& options, const Uuid& node, Transaction& transaction) {
  const auto id = [&](const std::string& text) { return resolve(store, text, {"node"}).node; };
  for (const auto& [label, other] : labelled("--input", options.inputs))
    transaction.link(id(other), node, LinkType::input, label);
  for (const auto& [label, other] : labelled("--return", options.returned))
    transaction.link(node, id(other), LinkType::return_, label);
  for (const auto& [label, other] : labelled("--reference", options.references))
    transaction.link(node, id(other), LinkType::reference, label);
  if (options.creator) {
    const auto [label, other] = split_assignment("--creator", *options.creator);
    transaction.link(id(other), node, LinkType::create, label);
  }
  if (options.caller) {
    const auto [label, other] = split_assignment("--caller", *options.caller);
    transaction.link(id(other), node, LinkType::call, label);
  }
}

Uuid make(Store& store, const NodeOptions& options) {
  Transaction transaction = begin(store, options.run);
  NewNode node;
  node.kind = parse_kind(options.kind.value_or("data")).value();
  node.type = options.type.value_or("");
  node.label = options.label.value_or("");
  node.description = options.description.value_or("");
  node.state = parse_state_option(options.state);
  node.attributes = parse_map(options.attributes).value_or(Value());
  node.extras = parse_map(options.extras).value_or(Value());
  node.tags = options.tags;
  node.unique_ids = parse_unique_ids("--unique-id", options.unique_ids);
  node.code_version = options.code_version.value_or("");
  node.exit_status = options.exit_status.value_or(0);
  node.exit_message = options.exit_message.value_or("");
  if (options.content) node.content = named_content(store, *options.content);
  if (options.file) node.content = transaction.add_path(*options.file);
  const Uuid uuid = transaction.add(node);
  add_links(store, options, uuid, transaction);
  transaction.commit();
  return uuid;
}

Uuid change(Store& store, const NodeOptions& options) {
  const Node node = store.get_node(resolve(store, *options.id, {"node"}).node);
  Transaction transaction = begin(store, node.run.empty() ? std::nullopt : std::optional(node.run));
  transaction.edit(node.uuid, {.state = parse_state_option(options.state),
                               .exit_status = options.exit_status,
                               .exit_message = options.exit_message,
                               .code_version = options.code_version,
                               .attributes = parse_map(options.attributes),
                               .label = options.label,
                               .description = options.description,
                               .extras = parse_map(options.extras),
                               .add_tags = options.tags,
                               .remove_tags = options.remove_tags,
                               .add_unique_ids = parse_unique_ids("--unique-id", options.unique_ids),
                               .remove_unique_ids = parse_unique_ids("--remove-unique-id", options.remove_unique_ids)});
  add_links(store, options, node.uuid, transaction);
  transaction.commit();
  return node.uuid;
}

ExitStatus node(const NodeOptions& options, Context& context) {
  if (options.id && (options.run || options.kind || options.type || options.content || options.file))
    throw UsageError("run, kind, type and content of a node do not change");
  Store store = open_writer(context);
  const Uuid uuid = options.id ? change(store, options) : make(store, options);
  if (context.json)
    context.out.json(document(store.get_node(uuid)));
  else
    context.out.line(uuid.text());
  return ExitStatus::done;
}

}  // namespace

Action add_node(CLI::App& app, Context& context) {
  const auto options = std::make_shared<NodeOptions>();
  const auto add_text = [&](const char* name, std::optional<std::string>& value, const char* help, const char* form) {
    return app.add_option(name, value, help)->type_name(form);
  };
  const auto add_repeated = [&](const char* name, std::vector<std::string>& values, const char* help, const char* form) {
    app.add_option(name, values, help)->type_name(form)->allow_extra_args(false)->take_all();
  };
  add_text("id", options->id, "The node to change; without it a new one is made", "ID");
  add_text("--run", options->run, "The run it belongs to; created if there is none of that name", "RUN");
  add_text("--kind", options->kind, "data (the default), calculation or workflow", "KIND")
      ->check(CLI::IsMember({"data", "calculation", "workflow"}));
  add_text("--type", options->type, "What it is for its engine: a class name, a step's name", "TYPE");
  add_text("--label", options->label, "For people", "LABEL");
  add_text("--description", options->description, "For people", "TEXT");
  add_text("--state", options->state, "created, waiting, running, paused, finished, failed or killed", "STATE")
      ->check(CLI::IsMember({"created", "waiting", "running", "paused", "finished", "failed", "killed"}));
  add_number<std::int32_t>(app, "--exit-status", options->exit_status, "Of a process that has ended");
  add_text("--exit-message", options->exit_message, "Of a process that has ended", "TEXT");
  add_text("--code-version", options->code_version, "Of the code that ran", "VERSION");
  add_text("--attributes", options->attributes, "A map in JSON; frozen for data, and for processes that have ended", "JSON");
  add_text("--extras", options->extras, "A map in JSON; may always change", "JSON");
  add_text("--content", options->content, "The object or artifact that it holds", "ID");
  add_text("--file", options->file, "A file or tree to store as what it holds", "PATH")->excludes("--content");
  add_repeated("--tag", options->tags, "A tag (repeatable)", "TAG");
  add_repeated("--remove-tag", options->remove_tags, "A tag to take away (repeatable)", "TAG");
  add_repeated("--unique-id", options->unique_ids, "A name that no other node has (repeatable)", "SCOPE:ID");
  add_repeated("--remove-unique-id", options->remove_unique_ids, "Such a name to give up (repeatable)", "SCOPE:ID");
  add_repeated("--input", options->inputs, "A data node that it uses; of a new process (repeatable)", "LABEL=ID");
  add_text("--creator", options->creator, "The calculation that made it; of new data", "LABEL=ID");
  add_text("--caller", options->caller, "The workflow that started it; of a new process", "LABEL=ID");
  add_repeated("--return", options->returned, "A data node that it returns; of a workflow (repeatable)", "LABEL=ID");
  add_repeated("--reference", options->references, "Any node that it refers to (repeatable)", "LABEL=ID");
  add_wait_option(app, context);
  return [options, &context] { return node(*options, context); };
}

}  // namespace cairn::cli
