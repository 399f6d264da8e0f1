#include "interchange/scalems/keeping.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "interchange/labels.h"
#include "interchange/scalems/shapes.h"

namespace cairn::interchange::scalems {
namespace {

constexpr const char* kHeadings = "scalems";
constexpr const char* kFields = "fields";
constexpr const char* kData = "data";
constexpr const char* kHasResult = "has_result";  // no text of a document, where all are in kHeadings and kFields
constexpr std::size_t kTypeBytesMax = 1024;

[[noreturn]] void throw_damaged(const Uuid& node, std::string_view what) {
  throw Error(ErrorCode::damaged, fmt::format("read SCALE-MS node {}: {}", node.text(), what));
}

const Map* map_attribute(const Node& node, const char* name) {
  const Map* attributes = node.attributes.get_if<Map>();
  const Value* value = attributes == nullptr ? nullptr : attributes->find(name);
  return value == nullptr ? nullptr : value->get_if<Map>();
}

template <class T>
const T& member(const Map& map, const char* name, const Uuid& node) {
  const Value* value = map.find(name);
  const T* found = value == nullptr ? nullptr : value->get_if<T>();
  if (found == nullptr) throw_damaged(node, fmt::format("it has no \"{}\"", name));
  return *found;
}

Value content_value(const Store& store, const Node& node) {
  const auto* content = std::get_if<ObjectId>(&node.content);
  if (content == nullptr) throw_damaged(node.uuid, "it has no content");
  return store.get_value(*content);
}

// Of a process that has it as a node.
Value stored_result(const Store& store, const Uuid& process) {
  for (const Link& link : store.links(process))
    if (link.source == process && link.type == LinkType::create && link.label == "result")
      return unpacked(content_value(store, store.get_node(link.target)));
  throw_damaged(process, "its result is missing");
}

Uuid uuid_in(const Value& value, const Uuid& document) {
  const NodeRef* reference = value.get_if<NodeRef>();
  if (reference == nullptr) throw_damaged(document, "a part is no node");
  return reference->node;
}

Map record_of_entry(const Store& store, const Value& entry) {
  Map record = record_of(store, store.get_node(node_of_entry(entry)));
  const Map* changes = entry.get_if<Map>();
  if (changes == nullptr) return record;
  Map changed = member<Map>(*changes, "differs", node_of_entry(entry));
  const List& without = member<List>(*changes, "without", node_of_entry(entry));
  for (const MapEntry& one : record)
    if (changed.find(one.key) == nullptr && std::ranges::find(without, one.key) == without.end())
      changed.put(one.key, one.value);
  return changed;
}

}  // namespace

bool is_document(const Node& node) { return node.type == kDocumentType && std::holds_alternative<ObjectId>(node.content); }
bool is_type(const Node& node) { return node.type == kTypeType && std::holds_alternative<ObjectId>(node.content); }
bool is_element(const Node& node) { return map_attribute(node, kHeadings) != nullptr; }

const Value* own_result(const Element& element) {
  const Value* result = element.is_process ? element.record.find("result") : nullptr;
  if (result == nullptr || result->is<std::string>() || result->is<std::monostate>()) return nullptr;
  for (const Use& use : element.uses)
    if (use.is_result) return nullptr;  // parts of it are elements
  return result;
}

NewNode element_node(const Element& element, BulkLoad& load) {
  NewNode node;
  node.kind = element.is_process ? NodeKind::calculation : NodeKind::data;
  node.type = element.type.size() <= kTypeBytesMax ? element.type : kElementType;
  node.label = node_label(element.label);
  Map attributes, headings, fields;
  const bool has_own_result = own_result(element) != nullptr;
  for (const MapEntry& entry : element.record) {
    const auto& name = *entry.key.get_if<std::string>();
    if (is_heading(name))
      headings.put(entry.key, entry.value);
    else if (name == kData && !element.is_process && !entry.value.is<std::monostate>())
      node.content = load.put(packed(entry.value));
    else if (name == kData)
      attributes.put(kData, entry.value);
    else if (name != "result" || !has_own_result)
      fields.put(entry.key, entry.value);
  }
  attributes.put(kHeadings, std::move(headings));
  if (fields.size() > 0) attributes.put(kFields, std::move(fields));
  if (has_own_result) attributes.put(kHasResult, true);
  node.attributes = std::move(attributes);
  return node;
}

Map record_of(const Store& store, const Node& node) {
  const Map& attributes = *node.attributes.get_if<Map>();
  Map record = member<Map>(attributes, kHeadings, node.uuid);
  if (const Map* fields = map_attribute(node, kFields))
    for (const MapEntry& entry : *fields) record.put(entry.key, entry.value);
  if (const Value* data = attributes.find(kData)) record.put(kData, *data);
  if (std::holds_alternative<ObjectId>(node.content)) record.put(kData, unpacked(content_value(store, node)));
  if (attributes.find(kHasResult) != nullptr) record.put("result", stored_result(store, node.uuid));
  return record;
}

std::string type_of(const Node& node, const Map& record) {
  const Value* type = record.find("type");
  if (type == nullptr) type = record.find("operation");
  return type == nullptr ? node.type : type_name(*type).value;
}

TypeDescription type_in(const Store& store, const Node& node) {
  const Map* attributes = node.attributes.get_if<Map>();
  if (attributes == nullptr) throw_damaged(node.uuid, "it has no attributes");
  return {member<std::string>(*attributes, "name", node.uuid), content_value(store, node), {}};
}

Value entry_of(const Uuid& node, const Map& record, const Map& stored) {
  Map differs;
  List without;
  for (const MapEntry& entry : record) {
    const Value* other = stored.find(entry.key);
    if (other == nullptr || *other != entry.value) differs.put(entry.key, entry.value);
  }
  for (const MapEntry& entry : stored)
    if (record.find(entry.key) == nullptr) without.push_back(entry.key);
  if (differs.size() == 0 && without.empty()) return NodeRef{node};
  return Map{{"differs", std::move(differs)}, {"node", NodeRef{node}}, {"without", std::move(without)}};
}

Value content_of(const Frame& frame, List types, List entries) {
  List sections;
  for (const std::string& section : frame.sections) sections.emplace_back(section);
  return Map{{"elements", std::move(entries)},
             {"form", form_name(frame.form)},
             {"rest", frame.rest},
             {"sections", std::move(sections)},
             {"types", std::move(types)}};
}

StoredParts stored_parts(const Store& store, const Node& node) {
  const Value value = content_value(store, node);
  const Map* content = value.get_if<Map>();
  if (content == nullptr) throw_damaged(node.uuid, "its content is no map");
  StoredParts parts;
  parts.frame.form = parse_form(member<std::string>(*content, "form", node.uuid));
  parts.frame.rest = member<Map>(*content, "rest", node.uuid);
  for (const Value& section : member<List>(*content, "sections", node.uuid))
    if (const auto* text = section.get_if<std::string>()) parts.frame.sections.push_back(*text);
  for (const Value& type : member<List>(*content, "types", node.uuid)) parts.types.push_back(uuid_in(type, node.uuid));
  parts.entries = member<List>(*content, "elements", node.uuid);
  return parts;
}

Uuid node_of_entry(const Value& entry) {
  const Map* changes = entry.get_if<Map>();
  const Value* node = changes == nullptr ? &entry : changes->find("node");
  return uuid_in(node == nullptr ? Value() : *node, Uuid());
}

Value stored_document(const Store& store, const Node& node) {
  const StoredParts parts = stored_parts(store, node);
  Map types;
  for (const Uuid& uuid : parts.types) {
    TypeDescription type = type_in(store, store.get_node(uuid));
    types.put(std::move(type.name), std::move(type.description));
  }
  std::vector<Map> records;
  for (const Value& entry : parts.entries) records.push_back(record_of_entry(store, entry));
  return assembled(parts.frame, types, records);
}

}  // namespace cairn::interchange::scalems
