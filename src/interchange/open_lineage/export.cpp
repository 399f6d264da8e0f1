// OpenLineage run events out, one JSON document a line, in order of time.
//
// A process is a run: its UUID is the run id, a START event is when it was created, and a COMPLETE, FAIL or ABORT event when it
// ended. Its job is named after its run, and its label or type. Data nodes are datasets, named by their UUIDs in a namespace that is
// the store, so that an output of one run is found as the input of another. Source: the OpenLineage specification 2-0-2 and its
// facets; what they have no word for is in a facet "cairn_node", and which run a step was taken over from in a facet "cairn_reuse".
#include <cairn/value_json.h>

#include <fmt/format.h>

#include <algorithm>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "interchange/format.h"
#include "interchange/json_writer.h"
#include "interchange/subgraph.h"

namespace cairn::interchange {
namespace {

constexpr const char* kProducer = "urn:cairn:openlineage";
constexpr const char* kSchema = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent";
constexpr const char* kNodeFacetSchema = "urn:cairn:openlineage:node-facet:1";

Map facet(std::string_view schema, Map facet) {
  facet.put("_producer", kProducer);
  facet.put("_schemaURL", Value(schema));
  return facet;
}

Map standard_facet(std::string_view name, std::string_view version, Map members) {
  return facet(fmt::format("https://openlineage.io/spec/facets/{}/{}.json#/$defs/{}", version, name, name), std::move(members));
}

void put_text(Map& map, const char* key, std::string_view text) {
  if (!text.empty()) map.put(key, Value(text));
}

std::string_view job_type(const Node& node) {
  return node.kind == NodeKind::workflow ? "WORKFLOW" : node.type == "step" ? "STEP" : "CALCULATION";
}

std::string_view event_type(NodeState state) {
  return state == NodeState::finished ? "COMPLETE" : state == NodeState::failed ? "FAIL" : "ABORT";
}

bool has_started(NodeState state) { return state != NodeState::created && state != NodeState::waiting; }

class EventWriter {
 public:
  EventWriter(const Store& store, const Subgraph& graph, ExportReport& report)
      : namespace_(fmt::format("cairn://{}", store.uuid().text())), graph_(graph), report_(report) {}

  /// Of every process that is chosen, with their times.
  std::vector<std::pair<Timestamp, Value>> events() {
    for (const Node& node : graph_.nodes()) {
      if (node.kind == NodeKind::data || !graph_.is_chosen(node.uuid)) continue;
      ++report_.nodes;
      if (!has_started(node.state)) {
        report_.items.push_back({Outcome::refused, node.uuid.text(), "it has not started, so there is no event of it"});
        continue;
      }
      add(node, "START", node.created);
      if (is_terminal(node.state)) add(node, event_type(node.state), node.modified);
    }
    std::ranges::stable_sort(events_, {}, [](const auto& event) { return event.first; });
    return std::move(events_);
  }

 private:
  void add(const Node& node, std::string_view type, Timestamp time) {
    events_.emplace_back(time, Map{{"eventTime", format_time(time)},
                                   {"eventType", type},
                                   {"producer", kProducer},
                                   {"schemaURL", kSchema},
                                   {"run", Map{{"runId", node.uuid.text()}, {"facets", run_facets(node)}}},
                                   {"job", job(node)},
                                   {"inputs", inputs(node)},
                                   {"outputs", outputs(node)}});
  }

  std::string job_name(const Node& node) const {
    const std::string_view own = !node.label.empty() ? std::string_view(node.label)
                                 : !node.type.empty() ? std::string_view(node.type)
                                                      : kind_name(node.kind);
    return node.run.empty() || node.run == own ? std::string(own) : fmt::format("{}.{}", node.run, own);
  }

  Map job_id(const Node& node) const { return Map{{"namespace", namespace_}, {"name", job_name(node)}}; }

  Map job(const Node& node) const {
    Map facets{{"jobType", standard_facet("JobTypeJobFacet", "2-0-4",
                                          {{"processingType", "BATCH"}, {"integration", "CAIRN"}, {"jobType", job_type(node)}})}};
    if (!node.description.empty())
      facets.put("documentation", standard_facet("DocumentationJobFacet", "1-1-0", {{"description", node.description}}));
    Map map = job_id(node);
    map.put("facets", std::move(facets));
    return map;
  }

  Map run_facets(const Node& node) const {
    Map nominal{{"nominalStartTime", format_time(node.created)}};
    if (is_terminal(node.state)) nominal.put("nominalEndTime", format_time(node.modified));
    Map facets{{"nominalTime", standard_facet("NominalTimeRunFacet", "1-0-1", std::move(nominal))}, {"cairn_node", node_facet(node)}};
    if (const Node* caller = graph_.caller(node.uuid)) facets.put("parent", parent(*caller));
    if (const Node* origin = graph_.reused_from(node.uuid)) facets.put("cairn_reuse", reuse_facet(*origin));
    if (node.state == NodeState::failed || node.state == NodeState::killed) {
      const std::string message =
          node.exit_message.empty() ? fmt::format("{}, exit status {}", state_name(node.state), node.exit_status) : node.exit_message;
      facets.put("errorMessage",
                 standard_facet("ErrorMessageRunFacet", "1-0-1", {{"message", message}, {"programmingLanguage", "unknown"}}));
    }
    return facets;
  }

  Map parent(const Node& caller) const {
    const Node* root = &caller;
    while (const Node* next = graph_.caller(root->uuid)) root = next;
    return standard_facet("ParentRunFacet", "1-2-0",
                          {{"run", Map{{"runId", caller.uuid.text()}}},
                           {"job", job_id(caller)},
                           {"root", Map{{"run", Map{{"runId", root->uuid.text()}}}, {"job", job_id(*root)}}}});
  }

  // No work was done: that run made what this one gave.
  Map reuse_facet(const Node& origin) const {
    return facet("urn:cairn:openlineage:reuse-facet:1",
                 {{"run", Map{{"runId", origin.uuid.text()}}}, {"job", job_id(origin)}, {"time", format_time(origin.modified)}});
  }

  // What the specification has no facet for.
  Map node_facet(const Node& node) const {
    Map map{{"kind", kind_name(node.kind)}, {"state", state_name(node.state)}};
    put_text(map, "type", node.type);
    put_text(map, "label", node.label);
    put_text(map, "run", node.run);
    put_text(map, "codeVersion", node.code_version);
    if (node.kind != NodeKind::data && is_terminal(node.state)) map.put("exitStatus", std::int64_t{node.exit_status});
    if (!node.attributes.is<std::monostate>()) map.put("attributes", to_json(node.attributes));
    List tags;
    for (const std::string& tag : node.tags) tags.emplace_back(tag);
    if (!tags.empty()) map.put("tags", std::move(tags));
    return facet(kNodeFacetSchema, std::move(map));
  }

  Map dataset(const Node& node, std::string_view role, std::string_view label) const {
    Map facets{{"cairn_node", node_facet(node)},
               {"storage", standard_facet("StorageDatasetFacet", "1-0-1", {{"storageLayer", "cairn"}})}};
    const auto* object = std::get_if<ObjectId>(&node.content);
    const auto* artifact = std::get_if<ArtifactId>(&node.content);
    if (object != nullptr || artifact != nullptr)
      facets.put("version", standard_facet("DatasetVersionDatasetFacet", "1-0-1",
                                           {{"datasetVersion", object != nullptr ? "object:" + object->hex() : "artifact:" + artifact->hex()}}));
    if (!node.description.empty())
      facets.put("documentation", standard_facet("DocumentationDatasetFacet", "1-1-0", {{"description", node.description}}));
    Map map{{"namespace", namespace_}, {"name", node.uuid.text()}, {"facets", std::move(facets)}};
    Map role_facets{{"cairn_link", facet("urn:cairn:openlineage:link-facet:1", {{"label", Value(label)}})}};
    if (object != nullptr || artifact != nullptr) {
      const bool is_input = role == "inputFacets";
      role_facets.put(is_input ? "inputStatistics" : "outputStatistics",
                      standard_facet(is_input ? "InputStatisticsInputDatasetFacet" : "OutputStatisticsOutputDatasetFacet",
                                     is_input ? "1-0-0" : "1-0-2", {{"size", node.size_bytes}}));
    }
    map.put(Value(role), std::move(role_facets));
    return map;
  }

  List inputs(const Node& node) const {
    List list;
    for (const Link* link : graph_.into(node.uuid, LinkType::input))
      list.emplace_back(dataset(*graph_.find(link->source), "inputFacets", link->label));
    return list;
  }

  List outputs(const Node& node) const {
    List list;
    for (const LinkType type : {LinkType::create, LinkType::return_})
      for (const Link* link : graph_.from(node.uuid, type))
        list.emplace_back(dataset(*graph_.find(link->target), "outputFacets", link->label));
    return list;
  }

  const std::string namespace_;
  const Subgraph& graph_;
  ExportReport& report_;
  std::vector<std::pair<Timestamp, Value>> events_;
};

}  // namespace

ExportReport export_open_lineage(const Store& store, std::span<const Uuid> nodes, std::ostream& out, const ExportOptions& options) {
  ExportReport report;
  const Subgraph graph(store, nodes, options.ancestors);
  for (const auto& [time, event] : EventWriter(store, graph, report).events()) {
    out << json_line(event) << '\n';
    ++report.statements;
  }
  return report;
}

}  // namespace cairn::interchange
