// GEMD documents out: one as it came in, or objects with all that they are connected with, each after what it
// links to.
#include <cairn/error.h>
#include <cairn/plain_json.h>
#include <cairn/text.h>

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <ostream>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "interchange/format.h"
#include "interchange/gemd/fields.h"
#include "interchange/gemd/keeping.h"
#include "interchange/gemd/objects.h"
#include "interchange/json_writer.h"

namespace cairn::interchange {
namespace gemd {
namespace {

constexpr unsigned kIndentedDepthMax = kPlainJsonDepthMax;

class ObjectsExport {
 public:
  explicit ObjectsExport(const Store& store) : store_(store) {}

  void add(const Uuid& uuid, bool with_others) {
    const Node start = store_.get_node(uuid);
    if (is_document(start)) {
      for (const Link& link : store_.links(uuid))
        if (link.source == uuid) take(link.target);
    } else if (!take(uuid)) {
      throw Error(ErrorCode::unstorable,
                  fmt::format("node {}: expected an object or a document of gemd, found one of type \"{}\"",
                              uuid.text(), printable(start.type)));
    }
    for (std::size_t i = 0; with_others && i < order_.size(); ++i) follow(order_[i]);
  }

  std::size_t size() const { return order_.size(); }

  Map document(std::span<const Uuid> starts) {
    List object;
    for (const Uuid& start : starts)
      if (const auto found = nodes_.find(start); found != nodes_.end())
        object.push_back(link_to(found->second));
    std::vector<std::pair<int, const Node*>> context;
    for (const Uuid& uuid : order_) context.emplace_back(order_of(nodes_.at(uuid)), &nodes_.at(uuid));
    std::ranges::sort(context, [](const auto& a, const auto& b) {
      return std::pair(a.first, a.second->uuid) < std::pair(b.first, b.second->uuid);
    });
    List records;
    for (const auto& [order, node] : context) records.push_back(record_of_node(*node));
    Value whole = object.size() == 1 ? std::move(object.front()) : Value(std::move(object));
    return Map{{"context", std::move(records)}, {"object", std::move(whole)}};
  }

 private:
  static bool is_back_link(std::string_view type, const Link& link, std::string_view other) {
    if (link.label == "process")
      return type.starts_with("process_") &&
             (other.starts_with("ingredient_") || other.starts_with("material_"));
    return link.label == "material" && type.starts_with("material_") && other.starts_with("measurement_");
  }

  bool take(const Uuid& uuid) {
    if (nodes_.contains(uuid)) return true;
    Node node = store_.get_node(uuid);
    if (type_of(node).empty()) return false;
    nodes_.emplace(uuid, std::move(node));
    order_.push_back(uuid);
    return true;
  }

  // As gemd does: by all links of the object, and by those that only it knows of both their ends.
  void follow(const Uuid uuid) {
    const std::string type(type_of(nodes_.at(uuid)));
    for (const Link& link : store_.links(uuid)) {
      const bool is_own = link.source == uuid;
      const Uuid& other = is_own ? link.target : link.source;
      const bool is_use = link.type == LinkType::input;
      if (link.type == LinkType::create || (link.type == LinkType::reference && is_own) ||
          (is_use && !is_own)) {
        take(other);
      } else if (is_use || link.type == LinkType::reference) {
        const auto node = store_.find_node(other);
        const bool is_wanted = node && is_back_link(type, link, type_of(*node));
        if (is_wanted) take(other);
      }
    }
  }

  static int order_of(const Node& node) {
    const TypeTerm* term = find_type_term(type_of(node));
    return term == nullptr ? std::numeric_limits<int>::max() : *term->order;
  }

  // What is written without unique ids gets that of its node, by which others link to it.
  static Map uids_of(const Node& node) {
    const Value* uids = node.attributes.get_if<Map>()->find("uids");
    if (const Map* map = uids == nullptr ? nullptr : uids->get_if<Map>(); map != nullptr && map->size() > 0)
      return *map;
    if (const List* pair = uids == nullptr ? nullptr : uids->get_if<List>();
        pair != nullptr && pair->size() == 2)
      return Map{{pair->front(), pair->back()}};
    return Map{{"auto", node.uuid.text()}};
  }

  static Map link_to(const Node& node) {
    const Map uids = uids_of(node);
    return Map{
        {"id", uids.begin()->value}, {"scope", uids.begin()->key}, {"type", type_name(Type::link_by_uid)}};
  }

  static Map record_of_node(const Node& node) {
    Map record = record_of(type_of(node), *node.attributes.get_if<Map>());
    record.put("uids", uids_of(node));
    return record;
  }

  const Store& store_;
  std::unordered_map<Uuid, Node> nodes_;
  std::vector<Uuid> order_;
};

std::uint64_t object_count(const Store& store, const Node& document) {
  std::set<Uuid> objects;
  for (const Link& link : store.links(document.uuid))
    if (link.source == document.uuid) objects.insert(link.target);
  return objects.size();
}

void write(const Value& document, std::ostream& out) {
  if (!nests_deeper(document, kIndentedDepthMax)) return write_json(document, out, Nonfinite::bare);
  out << json_line(document, Nonfinite::bare) << '\n';  // indented, each line would be as long as it is deep
}

}  // namespace
}  // namespace gemd

ExportReport export_gemd(const Store& store, std::span<const Uuid> nodes, std::ostream& out,
                         const ExportOptions& options) {
  ExportReport report;
  const Node first = store.get_node(nodes.front());
  if (nodes.size() == 1 && gemd::is_document(first)) {
    const Value document = gemd::stored_document(store, first);
    report.nodes = 1;
    report.statements = gemd::object_count(store, first);
    gemd::write(document, out);
    return report;
  }
  gemd::ObjectsExport objects(store);
  for (const Uuid& node : nodes) objects.add(node, options.ancestors);
  gemd::write(Value(objects.document(nodes)), out);
  report.nodes = report.statements = objects.size();
  return report;
}

}  // namespace cairn::interchange
