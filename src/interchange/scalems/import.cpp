// SCALE-MS documents in.
//
// Types and data become data nodes, commands calculations with their inputs and results as links, so that lineage leads through
// them; uids become unique ids in the scope "scalems", so that equal work of two documents is one node. What a command used
// through elements that only gather others (as a SubprocessInput does) is its input, too.
#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "interchange/document_identity.h"
#include "interchange/format.h"
#include "interchange/json_reader.h"
#include "interchange/json_writer.h"
#include "interchange/labels.h"
#include "interchange/scalems/document.h"
#include "interchange/scalems/graph.h"
#include "interchange/scalems/keeping.h"
#include "interchange/scalems/places.h"
#include "interchange/scalems/shapes.h"

namespace cairn::interchange {
namespace scalems {
namespace {

class DocumentImport {
 public:
  DocumentImport(Store& store, const ImportOptions& options, ImportReport& report, const Document& document)
      : store_(store), options_(options), report_(report), document_(document) {}

  void run() {
    const Identity name = identity();
    if (const auto known = store_.find_node(name)) return recognise(*known);
    const DocumentGraph graph(store_, document_, options_, report_);
    write(graph, name);
  }

 private:
  Identity identity() const {
    const std::vector<std::string> meaning{json_line(document_.json(), Nonfinite::bare)};
    return document_identity(kDocumentScope, meaning);
  }

  void recognise(const Node& node) {
    if (stored_document(store_, node) != document_.json())
      throw Error(ErrorCode::conflict, fmt::format("document {} has the same digest, and is another one", node.uuid.text()));
    report_.was_there = true;
    report_.roots = {node.uuid};
    report_.nodes_known = document_.elements.size() + document_.types.size();
  }

  void write(const DocumentGraph& graph, const Identity& name) {
    BulkLoad load = options_.run.empty() ? store_.bulk_load() : store_.run(options_.run).bulk_load();
    LoadLabels labels(load);
    add_types(load);
    std::vector<BulkLoad::Number> numbers;
    for (std::size_t i = 0; i < graph.vertices().size(); ++i) {
      const Vertex& vertex = graph.vertices()[i];
      numbers.push_back(vertex.known ? load.find(vertex.known->uuid) : load.add(new_node(graph, i, load)));
    }
    const BulkLoad::Number root = load.add(root_node(graph, name, load));
    for (const auto& [type, number] : types_) load.link(root, number, LinkType::reference, labels.number("type"));
    for (std::size_t i = 0; i < document_.elements.size(); ++i) {
      load.link(root, numbers[i], LinkType::reference, labels.number("element"));
      const TypeDescription* type = document_.elements[i].description;
      if (type != nullptr && !graph.vertices()[i].known)
        load.link(numbers[i], types_.at(type), LinkType::reference, labels.number("type"));
    }
    for (const Edge& edge : graph.edges())
      load.link(numbers[edge.source], numbers[edge.target], edge.type, labels.number(edge.label));
    const BulkReceipt receipt = load.commit();
    report_.nodes_new = receipt.node_count;
    report_.links_new = receipt.link_count;
  }

  // Descriptions of one name that say something else are types of their own, beside each other.
  void add_types(BulkLoad& load) {
    for (const TypeDescription& type : document_.types) {
      const std::vector<std::string> meaning{type.name, json_line(type.description, Nonfinite::bare)};
      Identity name = document_identity(kTypeScope, meaning);
      const auto known = store_.find_node(name);
      const bool is_same = known && is_type(*known) && type_in(store_, *known).description == type.description;
      if (is_same) {
        ++report_.nodes_known;
        type_nodes_.emplace_back(NodeRef{known->uuid});
        types_.emplace(&type, load.find(known->uuid));
        continue;
      }
      NewNode node{.type = kTypeType,
                   .label = node_label(type.name),
                   .attributes = Map{{"name", type.name}},
                   .content = load.put(type.description),
                   .uuid = Uuid::generate()};
      if (!known) node.unique_ids.push_back(std::move(name));
      type_nodes_.emplace_back(NodeRef{*node.uuid});
      types_.emplace(&type, load.add(node));
    }
  }

  NewNode new_node(const DocumentGraph& graph, std::size_t number, BulkLoad& load) {
    const Vertex& vertex = graph.vertices()[number];
    NewNode node = vertex.maker ? result_node(graph, *vertex.maker, load) : element_node(document_.elements[number], load);
    node.uuid = vertex.uuid;
    if (vertex.maker) return node;
    if (vertex.has_uid) node.unique_ids.push_back({kScope, document_.elements[number].uid->name});
    if (node.kind != NodeKind::data) node.state = graph.is_finished(number) ? NodeState::finished : NodeState::created;
    return node;
  }

  NewNode result_node(const DocumentGraph& graph, std::size_t maker, BulkLoad& load) {
    const Element& element = document_.elements[maker];
    NewNode node{.type = kResultType};
    node.label = node_label(element.label.empty() ? std::string() : element.label + ".result");
    if (graph.vertices()[maker].has_uid) {
      Identity name{kResultScope, element.uid->name};
      if (!store_.find_node(name)) node.unique_ids.push_back(std::move(name));
    }
    if (const Value* result = own_result(element); result != nullptr && !graph.vertices()[maker].known)
      node.content = load.put(packed(*result));
    return node;
  }

  NewNode root_node(const DocumentGraph& graph, const Identity& name, BulkLoad& load) {
    List entries;
    for (std::size_t i = 0; i < document_.elements.size(); ++i) entries.push_back(graph.entry(i));
    NewNode node{.type = kDocumentType,
                 .label = node_label(options_.name),
                 .unique_ids = {name},
                 .content = load.put(content_of(document_.frame, type_nodes_, std::move(entries))),
                 .uuid = Uuid::generate()};
    report_.roots = {*node.uuid};
    return node;
  }

  Store& store_;
  const ImportOptions& options_;
  ImportReport& report_;
  const Document& document_;
  List type_nodes_;
  std::unordered_map<const TypeDescription*, BulkLoad::Number> types_;
};

}  // namespace
}  // namespace scalems

ImportReport import_scalems(Store& store, std::istream& in, const ImportOptions& options) {
  ImportReport report;
  const scalems::Document document = scalems::take_apart(
      read_json(in, options.document_bytes_max, {.allow_nonfinite = options.allow_nonfinite}), options, report);
  scalems::DocumentImport(store, options, report, document).run();
  std::ranges::stable_sort(report.items, scalems::is_place_before, &ReportItem::place);
  return report;
}

}  // namespace cairn::interchange
