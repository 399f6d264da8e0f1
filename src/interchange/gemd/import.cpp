// GEMD documents in.
//
// Each object with unique ids becomes a node, named by them in the scopes "gemd:SCOPE", with its record as
// attributes: runs of processes and measurements calculations, all else data. The process that a material
// names made it: a create link; an ingredient has its process use its material: an input link, labelled with
// the name of the ingredient; a measurement uses its material. All other links are references, labelled with
// their fields. Objects may stand in one another, or be linked to before they come. How the document has them
// is kept in the content of the node that stands for it.
#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <unordered_map>
#include <utility>

#include "interchange/format.h"
#include "interchange/gemd/bounds.h"
#include "interchange/gemd/document.h"
#include "interchange/gemd/graph.h"
#include "interchange/gemd/keeping.h"
#include "interchange/gemd/objects.h"
#include "interchange/json_reader.h"
#include "interchange/labels.h"

namespace cairn::interchange {
namespace gemd {
namespace {

constexpr std::size_t kTagBytesMax = 255;

class DocumentImport {
 public:
  DocumentImport(Store& store, const ImportOptions& options, ImportReport& report, const Value& json)
      : store_(store),
        options_(options),
        report_(report),
        json_(json),
        document_(take_apart(json, options, report)) {}

  void run() {
    Identity name = identity_of_document(json_);
    if (!leaves_out() && recognise(name)) return;
    Objects objects(document_, store_, options_, report_);
    const Graph graph(document_, objects, store_, options_, report_);
    check_bounds(document_, objects, report_);
    choose_nodes(objects);
    const Value content = content_of(document_, nodes_);
    if (leaves_out()) {
      name =
          identity_of_document(document_of(content, [&](const Uuid& node) { return record_of_new(node); }));
      if (recognise(name)) return;
    }
    write(objects, graph, content, name);
    std::ranges::stable_sort(report_.items, {}, &ReportItem::place);
  }

 private:
  bool leaves_out() const { return std::ranges::any_of(document_.parts, &Part::is_refused); }

  bool recognise(const Identity& name) {
    const auto node = store_.find_node(name);
    if (!node) return false;
    report_.was_there = true;
    report_.roots = {node->uuid};
    report_.nodes_known = document_.entities.size();
    return true;
  }

  void choose_nodes(const Objects& objects) {
    nodes_.resize(document_.entities.size());
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      const Entity& first = document_.entities[objects.same(i)];
      if (objects.known(i) != nullptr)
        nodes_[i] = objects.known(i)->uuid;
      else if (objects.same(i) != i)
        nodes_[i] = nodes_[objects.same(i)];
      else
        new_.emplace(nodes_[i] = first.has_uids ? Uuid::generate() : *Uuid::parse(first.uids.front().id), i);
    }
  }

  Map record_of_new(const Uuid& uuid) const {
    if (const auto node = store_.find_node(uuid))
      return record_of(type_of(*node), *node->attributes.get_if<Map>());
    const Entity& entity = document_.entities[new_.at(uuid)];
    return record_of(entity.type, entity.fields);
  }

  NewNode new_node(std::size_t entity) {
    Entity& own = document_.entities[entity];
    NewNode node;
    node.uuid = nodes_[entity];
    node.kind = kind_of(own);
    if (node.kind != NodeKind::data) node.state = NodeState::finished;
    node.type = std::string(kTypePrefix) + own.type;
    if (const Value* name = own.fields.find("name"); name != nullptr && name->is<std::string>())
      node.label = node_label(*name->get_if<std::string>());
    if (const Value* tags = own.fields.find("tags"); tags != nullptr && tags->is<List>())
      for (const Value& tag : *tags->get_if<List>()) add_tag(tag, node.tags);
    if (own.has_uids)
      for (const Uid& uid : own.uids) add_unique_id(own, uid, node.unique_ids);
    node.attributes = std::move(own.fields);
    return node;
  }

  static void add_tag(const Value& tag, std::vector<std::string>& tags) {
    const auto* text = tag.get_if<std::string>();
    const bool fits = text != nullptr && !text->empty() && text->size() <= kTagBytesMax &&
                      text->find('\0') == std::string::npos;
    if (fits && std::ranges::find(tags, *text) == tags.end()) tags.push_back(*text);
  }

  void add_unique_id(const Entity& entity, const Uid& uid, std::vector<Identity>& ids) {
    if (auto id = identity_of(uid)) return ids.push_back(std::move(*id));
    report_.items.push_back(
        {Outcome::altered, document_.place_of(entity) + "/uids",
         "its node cannot have it as a unique id: too long, empty, or with control characters"});
  }

  void write(const Objects& objects, const Graph& graph, const Value& content, const Identity& name) {
    BulkLoad load = options_.run.empty() ? store_.bulk_load() : store_.run(options_.run).bulk_load();
    LoadLabels labels(load);
    std::vector<BulkLoad::Number> numbers(graph.vertices().size());
    const auto about = references_of(objects, graph);
    std::set<Uuid> known;
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      if (const Node* node = graph.vertices()[i].known; node != nullptr) {
        numbers[i] = load.find(node->uuid);
        known.insert(node->uuid);
      } else if (objects.is_stored(i)) {
        numbers[i] = load.add(new_node(i));
      }
    }
    const BulkLoad::Number document = load.add(document_node(load.put(content), name));
    for (const auto& [vertex, label] : about)
      load.link(document, numbers[vertex], LinkType::reference, labels.number(label));
    for (const Edge& edge : graph.edges())
      if (!edge.is_left_out)
        load.link(numbers[edge.source], numbers[edge.target], edge.type, labels.number(edge.label));
    const BulkReceipt receipt = load.commit();
    report_.nodes_new = receipt.node_count;
    report_.links_new = receipt.link_count;
    report_.nodes_known = known.size();
  }

  NewNode document_node(ObjectId content, const Identity& name) {
    NewNode node;
    node.type = kDocumentType;
    node.label = node_label(options_.name);
    node.content = content;
    node.uuid = Uuid::generate();
    node.unique_ids = {name};
    report_.roots = {*node.uuid};
    return node;
  }

  // From the document to its objects: "context", "object", or whatever entry of it they are in; what is in an
  // object: "context".
  std::set<std::pair<std::size_t, std::string>> references_of(const Objects& objects, const Graph& graph) {
    std::set<std::pair<std::size_t, std::string>> references;
    const auto add = [&](std::size_t vertex, const std::string& label) {
      const Node* node = graph.vertices()[vertex].known;
      if (node == nullptr || first_of_.try_emplace(node->uuid, vertex).first->second == vertex)
        references.emplace(vertex, label);
    };
    for (const Part& part : document_.parts) {
      if (part.entity == kNone || part.is_refused) continue;
      const bool is_inner = part.outer != kNone && document_.parts[part.outer].entity != kNone;
      add(objects.same(part.entity), is_inner ? "context" : label_of(part));
    }
    for (const auto& [vertex, label] : graph.named()) add(vertex, label);
    return references;
  }

  std::string label_of(const Part& part) const {
    const Part* outermost = &part;
    while (outermost->outer != kNone && outermost->outer != 0) outermost = &document_.parts[outermost->outer];
    return outermost->steps.empty() ? "object" : label_or(outermost->steps.front(), "object");
  }

  Store& store_;
  const ImportOptions& options_;
  ImportReport& report_;
  const Value& json_;
  Document document_;
  std::vector<Uuid> nodes_;                         // by entity
  std::unordered_map<Uuid, std::size_t> new_;       // entities by the nodes that are made of them
  std::unordered_map<Uuid, std::size_t> first_of_;  // vertices of nodes that several objects are
};

}  // namespace
}  // namespace gemd

ImportReport import_gemd(Store& store, std::istream& in, const ImportOptions& options) {
  ImportReport report;
  const Value json =
      read_json(in, options.document_bytes_max,
                {.allow_nonfinite = options.allow_nonfinite, .depth_max = kPlainJsonDepthLimit});
  gemd::DocumentImport(store, options, report, json).run();
  return report;
}

}  // namespace cairn::interchange
