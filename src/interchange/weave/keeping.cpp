#include "interchange/weave/keeping.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "interchange/weave/value.h"

namespace cairn::interchange::weave {
namespace {

constexpr std::array<std::string_view, 4> kForms = {"value", "row", "list", "sections"};

Value content_of(const Store& store, const Node& node) {
  const auto* content = std::get_if<ObjectId>(&node.content);
  return content == nullptr ? Value() : store.get_value(*content);
}

const Map* map_in(const Map& map, std::string_view key) {
  const Value* value = map.find(key);
  return value == nullptr ? nullptr : value->get_if<Map>();
}

const List* list_in(const Map& map, std::string_view key) {
  const Value* value = map.find(key);
  return value == nullptr ? nullptr : value->get_if<List>();
}

// What differs from the node comes over what it says.
void apply(const Map& entry, Row& row) {
  if (const List* unset = list_in(entry, "unset")) {
    Map rest;
    for (const MapEntry& member : row.fields)
      if (std::find(unset->begin(), unset->end(), member.key) == unset->end()) rest.put(member.key, member.value);
    row.fields = std::move(rest);
  }
  if (const Map* set = map_in(entry, "set"))
    for (const MapEntry& member : *set) row.fields.put(member.key, member.value);
  if (const Map* dumps = map_in(entry, "dumps")) row.dumps = *dumps;
  if (const Value* spelling = entry.find("spelling")) row.spelling = *spelling;
}

Row row_of(const Store& store, const Value& entry) {
  const Map* map = entry.get_if<Map>();
  const Value& reference = map == nullptr ? entry : *map->find("node");
  const Node node = store.get_node(reference.get_if<NodeRef>()->node);
  const Value* as = map == nullptr ? nullptr : map->find("as");
  Row row = stored_row(
      store, node, as == nullptr ? kind_of(node).value_or(RowKind::value) : static_cast<RowKind>(*as->get_if<std::int64_t>()));
  if (map == nullptr) return row;
  apply(*map, row);
  const List* rows = list_in(*map, "rows");
  row.has_rows = rows != nullptr;
  if (rows != nullptr)
    for (const Value& one : *rows) row.rows.push_back(row_of(store, one));
  return row;
}

}  // namespace

bool is_document(const Node& node) {
  return node.type == kDocumentType && std::holds_alternative<ObjectId>(node.content);
}

Map said_by_new(const Row& row) {
  if (row.kind != RowKind::row && row.kind != RowKind::file) return row.fields;
  Map said;
  for (const MapEntry& entry : row.fields)
    if (entry.key == Value("digest") || entry.key == Value(row.kind == RowKind::row ? "val" : "content"))
      said.put(entry.key, entry.value);
  return said;
}

Row stored_row(const Store& store, const Node& node, RowKind kind) {
  Row row{.kind = kind};
  Value content = content_of(store, node);
  if (kind == RowKind::value) {
    row.value = plain_value(content);
    return row;
  }
  if (const Map* attributes = node.attributes.get_if<Map>())
    for (const MapEntry& entry : *attributes)
      if (kind == RowKind::call || entry.key != Value("val")) row.fields.put(entry.key, plain_value(entry.value));
  if (kind == RowKind::call) return row;
  if (kind == RowKind::object || kind == RowKind::row)
    row.fields.put("val", plain_value(content));
  else if (!content.is<std::monostate>())
    row.fields.put(kind == RowKind::file ? "content" : "row_digests", std::move(content));
  return row;
}

std::vector<std::string> differing(const Row& row, const Map& said) {
  std::vector<std::string> names;
  for (const MapEntry& entry : row.fields)
    if (const Value* value = said.find(entry.key); value == nullptr || *value != entry.value)
      names.push_back(*entry.key.get_if<std::string>());
  for (const MapEntry& entry : said)
    if (row.fields.find(entry.key) == nullptr) names.push_back(*entry.key.get_if<std::string>());
  return names;
}

Value entry_of(const Row& row, const Said& said, List rows) {
  Map entry, set;
  List unset;
  for (const std::string& name : differing(row, said.fields)) {
    const Value* value = row.fields.find(std::string_view(name));
    if (value != nullptr)
      set.put(name, *value);
    else
      unset.emplace_back(name);
  }
  if (set.size() > 0) entry.put("set", std::move(set));
  if (!unset.empty()) entry.put("unset", std::move(unset));
  if (row.dumps.size() > 0) entry.put("dumps", row.dumps);
  if (!row.spelling.is<std::monostate>()) entry.put("spelling", row.spelling);
  if (row.has_rows) entry.put("rows", std::move(rows));
  if (row.kind != said.kind) entry.put("as", static_cast<std::int64_t>(row.kind));
  if (entry.size() == 0) return NodeRef{said.node};
  entry.put("node", NodeRef{said.node});
  return entry;
}

Value kept_document(const Document& document, const List& entries) {
  Map content{{"form", Value(kForms[static_cast<std::size_t>(document.form)])}};
  if (document.rest.size() > 0) content.put("rest", document.rest);
  if (document.form != Form::sections) {
    content.put("rows", entries);
    return content;
  }
  Map sections;
  for (const std::string& section : document.sections) {
    List list;
    for (std::size_t i = 0; i < entries.size(); ++i)
      if (document.rows[i].section == section) list.push_back(entries[i]);
    sections.put(section, std::move(list));
  }
  content.put("sections", std::move(sections));
  return content;
}

Document stored_document(const Store& store, const Node& node) {
  const Value value = content_of(store, node);
  const Map& content = *value.get_if<Map>();
  Document document;
  const auto form = std::find(kForms.begin(), kForms.end(), *content.find("form")->get_if<std::string>());
  document.form = static_cast<Form>(form - kForms.begin());
  if (const Map* rest = map_in(content, "rest")) document.rest = *rest;
  if (const List* rows = list_in(content, "rows"))
    for (const Value& entry : *rows) document.rows.push_back(row_of(store, entry));
  if (const Map* sections = map_in(content, "sections")) {
    for (const MapEntry& section : *sections) {
      document.sections.push_back(*section.key.get_if<std::string>());
      for (const Value& entry : *section.value.get_if<List>()) {
        document.rows.push_back(row_of(store, entry));
        document.rows.back().section = document.sections.back();
      }
    }
  }
  return document;
}

}  // namespace cairn::interchange::weave
