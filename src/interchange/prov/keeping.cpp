#include "interchange/prov/keeping.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "interchange/prov/record.h"
#include "interchange/prov/terms.h"

namespace cairn::interchange::prov {
namespace {

Prefixes prefixes_in(const Map& content, Prefixes prefixes) {
  const Value* section = content.find("prefix");
  if (const Map* map = section == nullptr ? nullptr : section->get_if<Map>())
    for (const MapEntry& entry : *map) prefixes.put(*entry.key.get_if<std::string>(), *entry.value.get_if<std::string>());
  return prefixes;
}

// Describes the nodes that a container refers to, and finds its bundles.
class ContainerReader {
 public:
  ContainerReader(const Store& store, const Node& node, const Prefixes& outer)
      : store_(store), content_(*store.get_value(std::get<ObjectId>(node.content)).get_if<Map>()),
        prefixes_(prefixes_in(content_, outer)), prefixes_before_(prefixes_) {
    for (const Link& link : store.links(node.uuid)) {
      if (link.source != node.uuid) continue;
      if (link.label == "bundle")
        bundles_.push_back(store.get_node(link.target));
      else if (find_element_term(link.label) != nullptr)
        describe(store.get_node(link.target), link.label);
    }
  }

  Map read() {
    for (auto& [section, records] : described_) {
      if (const Value* kept = content_.find(std::string_view(section)))
        for (const MapEntry& entry : *kept->get_if<Map>()) add_kept(entry, records);
      Map all;
      for (auto& [name, list] : records) all.put(name, list.size() == 1 ? std::move(list.front()) : Value(std::move(list)));
      content_.put(section, std::move(all));
    }
    add_new_prefixes();
    if (!bundles_.empty()) content_.put("bundle", read_bundles());
    return std::move(content_);
  }

 private:
  void describe(const Node& node, const std::string& section) {
    const auto description = imported_description(node);
    if (!description) return;
    const std::string name = prefixes_.adopt(description->name, description->prefixes);
    described_[section][name].emplace_back(adopted_record(description->record, description->prefixes, prefixes_));
  }

  // One record, or a list of those that have the same name.
  static void add_kept(const MapEntry& entry, std::map<std::string, List>& records) {
    List& list = records[*entry.key.get_if<std::string>()];
    if (const List* several = entry.value.get_if<List>())
      list.insert(list.end(), several->begin(), several->end());
    else
      list.push_back(entry.value);
  }

  Map read_bundles() const {
    std::vector<MapEntry> entries;
    for (const Node& bundle : bundles_) {
      const Value* name = bundle.attributes.get_if<Map>()->find("name");
      entries.push_back({*name, Value(ContainerReader(store_, bundle, prefixes_before_).read())});
    }
    Map map;
    for (MapEntry& entry : entries) map.put(std::move(entry.key), std::move(entry.value));
    return map;
  }

  // Those of nodes that another document described first.
  void add_new_prefixes() {
    const Value* section = content_.find("prefix");
    Map all = section == nullptr ? Map() : *section->get_if<Map>();
    const std::size_t before = all.size();
    for (const auto& [prefix, uri] : prefixes_.all())
      if (prefixes_before_.find(prefix) == nullptr) all.put(prefix, uri);
    if (all.size() > before) content_.put("prefix", std::move(all));
  }

  const Store& store_;
  Map content_;
  Prefixes prefixes_;
  const Prefixes prefixes_before_;
  std::map<std::string, std::map<std::string, List>> described_;  // by section and name
  std::vector<Node> bundles_;
};

}  // namespace

bool is_document(const Node& node) { return node.type == kDocumentType && std::holds_alternative<ObjectId>(node.content); }

Value stored_document(const Store& store, const Node& node) { return ContainerReader(store, node, Prefixes()).read(); }

}  // namespace cairn::interchange::prov
