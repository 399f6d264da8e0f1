// W3C PROV-JSON out: a document as it came in, or any nodes by their own descriptions.
#include <cairn/error.h>
#include <cairn/reuse.h>

#include <fmt/format.h>

#include <map>
#include <ostream>
#include <utility>
#include <vector>

#include "interchange/format.h"
#include "interchange/json_writer.h"
#include "interchange/labels.h"
#include "interchange/prov/keeping.h"
#include "interchange/prov/record.h"
#include "interchange/subgraph.h"

namespace cairn::interchange {
namespace prov {
namespace {

std::uint64_t count_records(const Map& container) {
  std::uint64_t count = 0;
  for (const MapEntry& section : container) {
    const auto& name = *section.key.get_if<std::string>();
    const Map* records = section.value.get_if<Map>();
    if (records == nullptr || name == "prefix") continue;
    for (const MapEntry& record : *records)
      count += name == "bundle"           ? count_records(*record.value.get_if<Map>())
               : record.value.is<List>() ? record.value.get_if<List>()->size()
                                         : 1;
  }
  return count;
}

// Describes nodes and their links in one document.
class NodesExport {
 public:
  explicit NodesExport(const Subgraph& graph) : graph_(graph) { prefixes_.put("cairn", std::string(kCairnUri)); }

  Map run() {
    for (const Node& node : graph_.nodes()) describe(node);
    for (const Link& link : graph_.links()) describe(link);
    Map document, prefixes;
    for (const auto& [prefix, uri] : prefixes_.all())
      if (prefix != "prov" && prefix != "xsd") prefixes.put(prefix, uri);
    if (prefixes.size() > 0) document.put("prefix", std::move(prefixes));
    for (auto& [section, records] : sections_) {
      Map map;
      for (auto& [name, record] : records) map.put(name, std::move(record));
      document.put(section, std::move(map));
    }
    return document;
  }

 private:
  void describe(const Node& node) {
    auto description = imported_description(node);
    is_imported_.emplace(node.uuid, description.has_value());
    if (!description) description = native_description(node);
    std::string name = distinct_name(*description);
    if (!description->section.empty())
      sections_[description->section].emplace(name, adopted_record(description->record, description->prefixes, prefixes_));
    names_.emplace(node.uuid, std::move(name));
  }

  // Names that stand for a URI are those of one thing. Others are of their documents alone.
  std::string distinct_name(const Description& description) {
    const std::string name = prefixes_.adopt(description.name, description.prefixes);
    if (description.prefixes.expand(description.name)) return name;
    return local_names_.distinct(name);
  }

  void describe(const Link& link) {
    const bool is_native = !is_imported_.at(link.source) || !is_imported_.at(link.target);
    const bool is_of_processes = is_process(link.source) && is_process(link.target);
    LinkRecord made = is_of_processes && is_reuse(link) ? reuse_record(link) : link_record(link, is_native);
    const Uuid& subject = made.source_is_subject ? link.source : link.target;
    const Uuid& object = made.source_is_subject ? link.target : link.source;
    made.record.put(made.subject, names_.at(subject));
    made.record.put(made.object, names_.at(object));
    sections_[std::string(made.section)].emplace(fmt::format("_:n{}", ++link_count_), std::move(made.record));
  }

  bool is_process(const Uuid& node) const { return graph_.find(node)->kind != NodeKind::data; }

  const Subgraph& graph_;
  Prefixes prefixes_;
  std::map<std::string, std::map<std::string, Map>> sections_;
  std::unordered_map<Uuid, std::string> names_;
  std::unordered_map<Uuid, bool> is_imported_;
  DistinctLabels local_names_;
  std::uint64_t link_count_ = 0;
};

}  // namespace
}  // namespace prov

ExportReport export_prov(const Store& store, std::span<const Uuid> nodes, std::ostream& out, const ExportOptions& options) {
  ExportReport report;
  const Node first = store.get_node(nodes.front());
  if (nodes.size() == 1 && prov::is_document(first)) {
    const Value document = prov::stored_document(store, first);
    report.statements = prov::count_records(*document.get_if<Map>());
    report.nodes = 1;
    write_json(document, out);
    return report;
  }
  const Subgraph graph(store, nodes, options.ancestors);
  const Map document = prov::NodesExport(graph).run();
  report.statements = prov::count_records(document);
  report.nodes = graph.nodes().size();
  write_json(document, out);
  return report;
}

}  // namespace cairn::interchange
