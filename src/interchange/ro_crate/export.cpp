// Workflow Run RO-Crate out: the metadata document of a crate, and the crate itself if a directory is asked for.
//
// A process is a CreateAction whose object and result are its inputs and outputs; what ran is a SoftwareApplication, one for each
// name, type and code version. If one workflow is exported, the crate has a description of it (workflow.json) as its main entity and
// is a Workflow Run Crate; else a Process Run Crate. What data becomes stands in crate_data.h. Source: the profiles process/0.5 and
// workflow/0.5 of https://w3id.org/ro/wfrun, and RO-Crate 1.1. They have no word for a result that was taken over from another run:
// the action is based on (isBasedOn) the one that made it.
#include <cairn/error.h>
#include <cairn/value_json.h>

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <ostream>
#include <sstream>
#include <tuple>
#include <utility>

#include "interchange/ro_crate/data.h"
#include "interchange/ro_crate/directory.h"
#include "interchange/ro_crate/entities.h"
#include "interchange/format.h"
#include "interchange/json_writer.h"
#include "interchange/subgraph.h"

namespace cairn::interchange {
namespace {

constexpr const char* kWorkflowFile = "workflow.json";

std::string action_id(const Node& node) { return fmt::format("urn:uuid:{}", node.uuid.text()); }

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

class Crate {
 public:
  Crate(const Store& store, const Subgraph& graph, const CrateDirectory* directory, ExportReport& report)
      : store_(store), graph_(graph), directory_(directory), report_(report), data_(store, directory, entities_, report),
        workflow_(main_workflow()) {}

  Value metadata() {
    for (const Node& node : graph_.nodes()) {
      ++report_.nodes;
      if (node.kind == NodeKind::data) data_.add(node);
    }
    if (workflow_ != nullptr) add_workflow();
    for (const Node& node : graph_.nodes())
      if (node.kind != NodeKind::data) add_action(node);
    List entities{Value(descriptor()), Value(root())};
    for (Value& profile : profiles()) entities.push_back(std::move(profile));
    for (Value& entity : entities_.take()) entities.push_back(std::move(entity));
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
    root.put("hasPart", entities_.parts());
    root.put("mentions", std::move(mentions_));
    if (workflow_ != nullptr) root.put("mainEntity", reference(kWorkflowFile));
    return root;
  }

  // ---- Processes ----
  List data_of(const std::vector<const Link*>& links, Uuid Link::*end) const {
    List list;
    for (const Link* link : links) list.emplace_back(reference(data_.id(link->*end)));
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
      entities_.add(tool->second, std::move(entity));
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
    if (const Node* origin = graph_.reused_from(node.uuid)) action.put("isBasedOn", reference(action_id(*origin)));
    if (is_terminal(node.state)) action.put("endTime", format_time(node.modified));
    if (node.state == NodeState::failed || node.state == NodeState::killed)
      action.put("error", node.exit_message.empty() ? fmt::format("{}, exit status {}", state_name(node.state), node.exit_status)
                                                    : node.exit_message);
    const std::string id = action_id(node);
    mentions_.emplace_back(reference(id));
    entities_.add(id, std::move(action));
    add_status(node.state);
  }

  // Described, so that all that is referred to is there.
  void add_status(NodeState state) {
    const std::string_view id = status_of(state);
    entities_.add(std::string(id), Map{{"@type", "ActionStatusType"}, {"name", Value(id.substr(id.rfind('/') + 1))}});
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
      Map described{{"id", step.uuid.text()}, {"label", step.label}, {"type", step.type},
                    {"codeVersion", step.code_version}, {"inputs", std::move(uses)}, {"outputs", std::move(makes)}};
      if (const Node* origin = graph_.reused_from(step.uuid)) described.put("reusedFrom", origin->uuid.text());
      steps.emplace_back(std::move(described));
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
    entities_.add_part(kWorkflowFile, std::move(workflow));
    entities_.add("#cairn", Map{{"@type", "ComputerLanguage"}, {"name", "cairn"}});
  }

  List parameters(const std::vector<const Link*>& links, Uuid Link::*end, std::string_view role) {
    List list;
    for (const Link* link : links) {
      const std::string id = fmt::format("#{}-{}", role, link->label), realised = data_.id(link->*end);
      Map& example = entities_.at(realised);
      const Value type = *example.find("@type");
      entities_.add(id, Map{{"@type", "FormalParameter"},
                            {"name", link->label},
                            {"additionalType", type == Value("CreativeWork") ? Value("PropertyValue") : type},
                            {"workExample", reference(realised)}});
      example.put("exampleOfWork", reference(id));
      list.emplace_back(reference(id));
    }
    return list;
  }

  const Store& store_;
  const Subgraph& graph_;
  const CrateDirectory* directory_;  // null: the document alone
  ExportReport& report_;
  CrateEntities entities_;
  CrateData data_;
  const Node* workflow_;
  std::map<std::tuple<std::string, std::string, std::string>, std::string> tools_;
  List mentions_;
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
