// Workflow Run RO-Crate out: the metadata document of a crate, and the crate itself if a directory is asked for.
//
// A process is a CreateAction whose object and result are its inputs and outputs; what ran is a SoftwareApplication, one for each
// name, type and code version. Artifacts are files and directories of the crate, and so are objects but for single numbers, texts and
// booleans, which are values. If one workflow is exported, the crate has a description of it (workflow.json) as its main entity and
// is a Workflow Run Crate; else a Process Run Crate. Source: the profiles process/0.5 and workflow/0.5 of https://w3id.org/ro/wfrun,
// and RO-Crate 1.1.
#include <cairn/error.h>
#include <cairn/text.h>
#include <cairn/value_json.h>

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <ostream>
#include <set>
#include <sstream>
#include <tuple>
#include <utility>

#include "interchange/crate_directory.h"
#include "interchange/crate_names.h"
#include "interchange/format.h"
#include "interchange/json_writer.h"
#include "interchange/subgraph.h"

namespace cairn::interchange {
namespace {

constexpr const char* kWorkflowFile = "workflow.json";

Map reference(std::string_view id) { return Map{{"@id", Value(id)}}; }

std::string action_id(const Node& node) { return fmt::format("urn:uuid:{}", node.uuid.text()); }

std::string name_of(const Node& node) {
  return !node.label.empty() ? node.label : !node.type.empty() ? node.type : std::string(kind_name(node.kind));
}

void put_text(Map& map, const char* key, std::string_view text) {
  if (!text.empty()) map.put(key, Value(text));
}

// One is itself, several are a list, none is nothing.
void put_all(Map& map, const char* key, List list) {
  if (list.size() == 1)
    map.put(key, std::move(list.front()));
  else if (!list.empty())
    map.put(key, std::move(list));
}

std::string_view status_of(NodeState state) {
  switch (state) {
    case NodeState::finished: return "http://schema.org/CompletedActionStatus";
    case NodeState::failed:
    case NodeState::killed: return "http://schema.org/FailedActionStatus";
    case NodeState::running:
    case NodeState::paused: return "http://schema.org/ActiveActionStatus";
    default: return "http://schema.org/PotentialActionStatus";
  }
}

// A number, text or boolean that is a value of its own, as it stands in a PropertyValue.
std::optional<Value> plain_value(const Value& value) {
  constexpr std::size_t kTextMax = 1024;
  const auto* text = value.get_if<std::string>();
  const auto* real = value.get_if<double>();
  const bool is_plain = value.is<bool>() || value.is<std::int64_t>() || value.is<std::uint64_t>() ||
                        (real != nullptr && *real - *real == 0) || (text != nullptr && text->size() <= kTextMax);
  return is_plain ? std::optional(value) : std::nullopt;
}

class Crate {
 public:
  Crate(const Store& store, const Subgraph& graph, const CrateDirectory* directory, ExportReport& report)
      : store_(store), graph_(graph), directory_(directory), report_(report), workflow_(main_workflow()) {}

  Value metadata() {
    for (const Node& node : graph_.nodes()) {
      ++report_.nodes;
      if (node.kind == NodeKind::data) add_data(node);
    }
    if (workflow_ != nullptr) add_workflow();
    for (const Node& node : graph_.nodes())
      if (node.kind != NodeKind::data) add_action(node);
    List entities{Value(descriptor()), Value(root())};
    for (Value& profile : profiles()) entities.push_back(std::move(profile));
    for (auto& [id, entity] : entities_) entities.emplace_back(std::move(entity));
    report_.statements = entities.size();
    return Map{{"@context", List{"https://w3id.org/ro/crate/1.1/context", "https://w3id.org/ro/terms/workflow-run/context"}},
               {"@graph", std::move(entities)}};
  }

 private:
  // The one that called something and that nothing chosen called, if there is one such; null if there are several. A run whose
  // nodes were written one by one has a workflow of its own beside theirs, which called nothing.
  const Node* main_workflow() const {
    std::vector<const Node*> callers, others;
    for (const Node& node : graph_.nodes()) {
      if (node.kind != NodeKind::workflow || !graph_.is_chosen(node.uuid)) continue;
      if (const Node* caller = graph_.caller(node.uuid); caller != nullptr && graph_.is_chosen(caller->uuid)) continue;
      (graph_.from(node.uuid, LinkType::call).empty() ? others : callers).push_back(&node);
    }
    const std::vector<const Node*>& found = callers.empty() ? others : callers;
    return found.size() == 1 ? found.front() : nullptr;
  }

  void add(std::string id, Map entity, bool is_part) {
    entity.put("@id", id);
    if (is_part) parts_.push_back(Value(reference(id)));
    entities_.emplace(std::move(id), std::move(entity));
  }

  static Map descriptor() {
    return Map{{"@id", "ro-crate-metadata.json"},
               {"@type", "CreativeWork"},
               {"about", reference("./")},
               {"conformsTo", reference("https://w3id.org/ro/crate/1.1")}};
  }

  std::vector<std::tuple<const char*, const char*, const char*>> profile_names() const {
    std::vector<std::tuple<const char*, const char*, const char*>> names{
        {"https://w3id.org/ro/wfrun/process/0.5", "Process Run Crate", "0.5"}};
    if (workflow_ != nullptr) {
      names.emplace_back("https://w3id.org/ro/wfrun/workflow/0.5", "Workflow Run Crate", "0.5");
      names.emplace_back("https://w3id.org/workflowhub/workflow-ro-crate/1.0", "Workflow RO-Crate", "1.0");
    }
    return names;
  }

  List profiles() const {
    List list;
    for (const auto& [id, name, version] : profile_names())
      list.emplace_back(Map{{"@id", id}, {"@type", "CreativeWork"}, {"name", name}, {"version", version}});
    return list;
  }

  Map root() {
    Timestamp newest{};
    for (const Node& node : graph_.nodes()) newest = std::max(newest, node.modified);
    List conforms;
    for (const auto& [id, name, version] : profile_names()) conforms.emplace_back(reference(id));
    const Node& about = workflow_ != nullptr ? *workflow_ : graph_.nodes().front();
    Map root{{"@id", "./"},
             {"@type", "Dataset"},
             {"conformsTo", std::move(conforms)},
             {"datePublished", format_time(newest)},
             {"name", name_of(about)},
             {"description", fmt::format("{}, exported from the cairn store {}",
                                         about.description.empty() ? name_of(about) : about.description, store_.uuid().text())}};
    root.put("hasPart", std::move(parts_));
    root.put("mentions", std::move(mentions_));
    if (workflow_ != nullptr) root.put("mainEntity", reference(kWorkflowFile));
    return root;
  }

  // ---- Data ----
  void add_data(const Node& node) {
    Map entity{{"name", name_of(node)}};
    put_text(entity, "description", node.description);
    put_text(entity, "additionalType", node.type);
    List names;
    for (const Identity& name : node.unique_ids) names.emplace_back(fmt::format("{}:{}", name.scope, name.id));
    put_all(entity, "identifier", std::move(names));
    if (const auto* artifact = std::get_if<ArtifactId>(&node.content))
      add_artifact(node, *artifact, std::move(entity));
    else if (const auto* object = std::get_if<ObjectId>(&node.content))
      add_object(node, *object, std::move(entity));
    else
      add_value(node, node.attributes.is<std::monostate>() ? Value() : Value(to_json(node.attributes)), std::move(entity));
  }

  void add_artifact(const Node& node, const ArtifactId& artifact, Map entity) {
    const ArtifactEntry root = store_.list(artifact).front();
    const std::string name = safe_component(root.path), directory = fmt::format("data/{}", node.uuid.text());
    if (directory_ != nullptr) {
      store_.restore(artifact, directory_->path() / directory, {.name = name});
      ++report_.files;
    }
    const bool is_directory = root.kind == EntryKind::directory;
    entity.put("@type", is_directory ? "Dataset" : "File");
    entity.put("alternateName", Value(printable(root.path)));
    entity.put("dateModified", format_time(root.modified));
    if (!is_directory) entity.put("contentSize", std::to_string(node.size_bytes));
    add_part(node, path_uri(fmt::format("{}/{}", directory, name)) + (is_directory ? "/" : ""), std::move(entity));
  }

  void add_object(const Node& node, const ObjectId& object, Map entity) {
    const Value value = store_.get_value(object);
    if (auto plain = plain_value(value)) return add_value(node, std::move(*plain), std::move(entity));
    const Bytes* bytes = value.get_if<Bytes>();
    const std::string* text = value.get_if<std::string>();
    const char* suffix = bytes != nullptr ? "bin" : text != nullptr ? "txt" : "json";
    const char* format = bytes != nullptr ? "application/octet-stream" : text != nullptr ? "text/plain" : "application/json";
    const std::string path = fmt::format("data/{}.{}", node.uuid.text(), suffix);
    if (directory_ != nullptr) {
      if (bytes != nullptr)
        directory_->write(path, {reinterpret_cast<const char*>(bytes->data()), bytes->size()});
      else
        directory_->write(path, text != nullptr ? *text : to_json(value) + "\n");
      ++report_.files;
    }
    entity.put("@type", "File");
    entity.put("encodingFormat", format);
    add_part(node, path, std::move(entity));
  }

  void add_part(const Node& node, std::string id, Map entity) {
    ids_.emplace(node.uuid, id);
    add(std::move(id), std::move(entity), true);
  }

  void add_value(const Node& node, Value value, Map entity) {
    entity.put("@type", value.is<std::monostate>() ? "CreativeWork" : "PropertyValue");
    if (!value.is<std::monostate>()) entity.put("value", std::move(value));
    std::string id = fmt::format("#{}", node.uuid.text());
    ids_.emplace(node.uuid, id);
    add(std::move(id), std::move(entity), false);
  }

  // ---- Processes ----
  List data_of(const std::vector<const Link*>& links, Uuid Link::*end) const {
    List list;
    for (const Link* link : links) list.emplace_back(reference(ids_.at(link->*end)));
    return list;
  }

  List results_of(const Node& node) const {
    List list = data_of(graph_.from(node.uuid, LinkType::create), &Link::target);
    for (Value& value : data_of(graph_.from(node.uuid, LinkType::return_), &Link::target)) list.push_back(std::move(value));
    return list;
  }

  // A tool is known by what its steps are called, their type and the version of its code.
  std::string tool_of(const Node& node) {
    const auto [tool, is_new] = tools_.try_emplace({node.type, node.type == "step" || node.type.empty() ? node.label : std::string(),
                                                    node.code_version},
                                                   fmt::format("#tool-{}", tools_.size() + 1));
    if (is_new) {
      Map entity{{"@type", "SoftwareApplication"}, {"name", node.type == "step" || node.type.empty() ? name_of(node) : node.type}};
      put_text(entity, "softwareVersion", node.code_version);
      add(tool->second, std::move(entity), false);
    }
    return tool->second;
  }

  void add_action(const Node& node) {
    Map action{{"@type", "CreateAction"}, {"name", name_of(node)}, {"startTime", format_time(node.created)},
               {"actionStatus", reference(status_of(node.state))}};
    if (!node.description.empty())
      action.put("description", node.description);
    else if (!node.attributes.is<std::monostate>())
      action.put("description", to_json(node.attributes));
    action.put("instrument", reference(&node == workflow_ ? std::string(kWorkflowFile) : tool_of(node)));
    put_all(action, "object", data_of(graph_.into(node.uuid, LinkType::input), &Link::source));
    put_all(action, "result", results_of(node));
    if (is_terminal(node.state)) action.put("endTime", format_time(node.modified));
    if (node.state == NodeState::failed || node.state == NodeState::killed)
      action.put("error", node.exit_message.empty() ? fmt::format("{}, exit status {}", state_name(node.state), node.exit_status)
                                                    : node.exit_message);
    const std::string id = action_id(node);
    mentions_.emplace_back(reference(id));
    add(id, std::move(action), false);
    add_status(node.state);
  }

  // Described, so that all that is referred to is there.
  void add_status(NodeState state) {
    const std::string_view id = status_of(state);
    add(std::string(id), Map{{"@type", "ActionStatusType"}, {"name", Value(id.substr(id.rfind('/') + 1))}}, false);
  }

  // ---- The workflow ----
  // What the store knows of it, since its source is not there: its steps, and which of them used what others made.
  std::string workflow_description() const {
    List steps;
    for (const Link* call : graph_.from(workflow_->uuid, LinkType::call)) {
      const Node& step = *graph_.find(call->target);
      Map uses, makes;
      for (const Link* link : graph_.into(step.uuid, LinkType::input)) uses.put(link->label, link->source.text());
      for (const Link* link : graph_.from(step.uuid, LinkType::create)) makes.put(link->label, link->target.text());
      steps.emplace_back(Map{{"id", step.uuid.text()}, {"label", step.label}, {"type", step.type},
                             {"codeVersion", step.code_version}, {"inputs", std::move(uses)}, {"outputs", std::move(makes)}});
    }
    std::ostringstream text;
    write_json(Map{{"id", workflow_->uuid.text()}, {"label", workflow_->label}, {"type", workflow_->type},
                   {"run", workflow_->run}, {"steps", std::move(steps)}}, text);
    return std::move(text).str();
  }

  void add_workflow() {
    if (directory_ != nullptr) {
      directory_->write(kWorkflowFile, workflow_description());
      ++report_.files;
    }
    Map workflow{{"@type", List{"File", "SoftwareSourceCode", "ComputationalWorkflow"}},
                 {"name", name_of(*workflow_)},
                 {"description", "The steps of the workflow, as they were recorded"},
                 {"encodingFormat", "application/json"},
                 {"programmingLanguage", reference("#cairn")}};
    put_text(workflow, "version", workflow_->code_version);
    put_all(workflow, "input", parameters(graph_.into(workflow_->uuid, LinkType::input), &Link::source, "input"));
    put_all(workflow, "output", parameters(graph_.from(workflow_->uuid, LinkType::return_), &Link::target, "output"));
    add(kWorkflowFile, std::move(workflow), true);
    add("#cairn", Map{{"@type", "ComputerLanguage"}, {"name", "cairn"}}, false);
  }

  List parameters(const std::vector<const Link*>& links, Uuid Link::*end, std::string_view role) {
    List list;
    for (const Link* link : links) {
      const std::string id = fmt::format("#{}-{}", role, link->label), realised = ids_.at(link->*end);
      Map& example = entities_.at(realised);
      const Value type = *example.find("@type");
      add(id, Map{{"@type", "FormalParameter"}, {"name", link->label}, {"additionalType", type == Value("CreativeWork") ? Value("PropertyValue") : type},
                  {"workExample", reference(realised)}}, false);
      example.put("exampleOfWork", reference(id));
      list.emplace_back(reference(id));
    }
    return list;
  }

  const Store& store_;
  const Subgraph& graph_;
  const CrateDirectory* directory_;  // null: the document alone
  ExportReport& report_;
  const Node* workflow_;
  std::map<std::string, Map> entities_;  // by @id
  std::unordered_map<Uuid, std::string> ids_;  // of data
  std::map<std::tuple<std::string, std::string, std::string>, std::string> tools_;
  List parts_, mentions_;
};

}  // namespace

ExportReport export_ro_crate(const Store& store, std::span<const Uuid> nodes, std::ostream& out, const ExportOptions& options) {
  ExportReport report;
  const Subgraph graph(store, nodes, options.ancestors);
  if (options.into.empty()) {
    write_json(Crate(store, graph, nullptr, report).metadata(), out);
    return report;
  }
  CrateDirectory directory(options.into);
  std::ostringstream metadata;
  write_json(Crate(store, graph, &directory, report).metadata(), metadata);
  directory.write("ro-crate-metadata.json", metadata.view());
  ++report.files;
  directory.publish();
  return report;
}

}  // namespace cairn::interchange
