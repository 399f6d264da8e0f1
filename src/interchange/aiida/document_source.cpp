#include "interchange/aiida/document_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "interchange/aiida/migration.h"
#include "interchange/json_reader.h"

namespace cairn::interchange::aiida {
namespace {

constexpr std::string_view kEntities = "export_data";
constexpr std::array<std::string_view, 7> kSections{kEntities,
                                                    "links_uuid",
                                                    "groups_uuid",
                                                    "node_attributes",
                                                    "node_extras",
                                                    "node_attributes_conversion",
                                                    "node_extras_conversion"};
// Of versions before 0.5; later ones have them no more.
constexpr std::array<std::string_view, 3> kDropped{"nodeversion", "public", "transport_params"};

const Map& map_in(const Value& value, const std::string& place) {
  const Map* map = value.get_if<Map>();
  if (map == nullptr) throw_bad(place, "expected an object");
  return *map;
}

const std::string& text_in(const Map& map, const char* name, const std::string& place) {
  const Value* value = map.find(name);
  const auto* text = value == nullptr ? nullptr : value->get_if<std::string>();
  if (text == nullptr) throw_bad(pointer_to(place, name), "expected text");
  return *text;
}

std::int64_t id_of(const std::string& text, const std::string& place) {
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc() || end != text.data() + text.size() || std::to_string(id) != text)
    throw_bad(place, "expected an id");
  return id;
}

const Value* find_in(const Value& data, std::string_view section, const std::string& id) {
  const Value* all = data.get_if<Map>()->find(section);
  const Map* map = all == nullptr ? nullptr : all->get_if<Map>();
  return map == nullptr ? nullptr : map->find(std::string_view(id));
}

}  // namespace

DocumentSource::DocumentSource(Value data, int version, const std::map<std::string, FileTree>& trees,
                               std::vector<ReportItem>& items, const Refuse& refuse)
    : data_(std::move(data)), version_(version), trees_(trees), items_(items) {
  map_in(data_, "/");
  check_names(refuse);
  note_ids(term_of(Table::node), nodes_);
  note_ids(term_of(Table::group), groups_);
  for (const auto& [uuid, tree] : trees_)
    if (!nodes_.contains(uuid)) refuse("nodes/" + uuid, "are files of no node of the archive");
}

void DocumentSource::check_names(const Refuse& refuse) const {
  for (const MapEntry& entry : *data_.get_if<Map>())
    if (const auto& name = *entry.key.get_if<std::string>(); std::ranges::find(kSections, name) == kSections.end())
      refuse(pointer_to("", name), "is no part of an archive");
  const Value* all = data_.get_if<Map>()->find(kEntities);
  if (all == nullptr) throw_bad(pointer_to("", kEntities), "is missing");
  const std::string place = pointer_to("", kEntities);
  for (const MapEntry& entry : map_in(*all, place)) {
    const auto& name = *entry.key.get_if<std::string>();
    const auto tables = table_terms();
    const auto table = std::ranges::find(tables, name, &TableTerm::entity);
    if (table == tables.end()) {
      refuse(pointer_to(place, name), "is no kind of entity of an archive");
      continue;
    }
    for (const MapEntry& row : map_in(entry.value, pointer_to(place, name)))
      for (const MapEntry& field : map_in(row.value, pointer_to(pointer_to(place, name), *row.key.get_if<std::string>()))) {
        const auto& field_name = *field.key.get_if<std::string>();
        const bool is_known = std::ranges::any_of(table->columns, [&](const Column& column) {
          return field_name == (column.old_name.empty() ? column.name : column.old_name);
        });
        const bool is_old_label = table->table == Table::computer && field_name == "name";
        if (!is_known && !is_old_label && std::ranges::find(kDropped, field_name) == kDropped.end())
          refuse(pointer_to(pointer_to(pointer_to(place, name), *row.key.get_if<std::string>()), field_name),
                 "is no field of an archive");
      }
  }
}

const Map* DocumentSource::entities(const TableTerm& table) const {
  const Value* all = data_.get_if<Map>()->find(kEntities);
  const Value* found = all->get_if<Map>()->find(table.entity);
  return found == nullptr ? nullptr : found->get_if<Map>();
}

void DocumentSource::note_ids(const TableTerm& table, std::unordered_map<std::string, std::int64_t>& ids) const {
  const Map* rows = entities(table);
  if (rows == nullptr) return;
  for (const MapEntry& entry : *rows) {
    const std::string place = pointer_to(pointer_to(pointer_to("", kEntities), table.entity), *entry.key.get_if<std::string>());
    const std::int64_t id = id_of(*entry.key.get_if<std::string>(), place);
    if (!ids.emplace(text_in(*entry.value.get_if<Map>(), "uuid", place), id).second)
      throw_bad(place, "has the UUID of another one");
  }
}

Value DocumentSource::raw_of_node(const Column& column, const Map& fields, const std::string& id) const {
  const auto required = [&](std::string_view section) {
    const Value* found = find_in(data_, section, id);
    if (found == nullptr) throw_bad(pointer_to(pointer_to("", section), id), "is missing");
    return *found;
  };
  if (column.name == "attributes") {
    const Value* type = fields.find("node_type");
    const auto* text = type == nullptr ? nullptr : type->get_if<std::string>();
    return attributes_now(required("node_attributes"), find_in(data_, "node_attributes_conversion", id),
                          text == nullptr ? std::string_view() : std::string_view(*text), version_);
  }
  if (column.name == "extras")
    return extras_now(required("node_extras"), find_in(data_, "node_extras_conversion", id), version_);
  if (column.name != "repository_metadata") return {};
  const Value* uuid = fields.find("uuid");
  const auto tree = uuid == nullptr || !uuid->is<std::string>() ? trees_.end() : trees_.find(*uuid->get_if<std::string>());
  return tree == trees_.end() ? Value(Map()) : tree->second.metadata();
}

Value DocumentSource::renamed(const TableTerm& table, const Column& column, Value raw) const {
  const auto* text = raw.get_if<std::string>();
  if (text == nullptr) return raw;
  if (column.name == "node_type") return node_type_now(*text, version_);
  if (column.name == "process_type") return process_type_now(*text, version_);
  if (column.name == "type_string") return group_type_now(*text, version_);
  if (column.name == "scheduler_type" && table.table == Table::computer) return scheduler_now(*text, version_);
  if (column.name == "transport_type") return transport_now(*text, version_);
  return raw;
}

Value DocumentSource::raw_value(const TableTerm& table, const Column& column, const Map& fields, std::int64_t id) const {
  const Value* found = fields.find(column.old_name.empty() ? column.name : column.old_name);
  if (found == nullptr && table.table == Table::computer && column.name == "label") found = fields.find("name");
  if (found != nullptr) return renamed(table, column, *found);
  if (table.table == Table::node) return raw_of_node(column, fields, std::to_string(id));
  if (table.table == Table::group && column.name == "extras") return Map();
  return {};
}

void DocumentSource::read(const TableTerm& table, const std::function<void(Row&)>& visit) {
  const Map* rows = entities(table);
  if (rows == nullptr) return;
  std::vector<std::pair<std::int64_t, const Map*>> in_order;
  for (const MapEntry& entry : *rows) {
    const std::string place = pointer_to(pointer_to(pointer_to("", kEntities), table.entity), *entry.key.get_if<std::string>());
    in_order.emplace_back(id_of(*entry.key.get_if<std::string>(), place), entry.value.get_if<Map>());
  }
  std::ranges::sort(in_order);
  Row row;
  for (const auto& [id, fields] : in_order) {
    row.id = id;
    row.values.clear();
    for (const Column& column : table.columns)
      row.values.push_back(checked(column, raw_value(table, column, *fields, id), place_of(table, id), items_));
    visit(row);
  }
}

void DocumentSource::read_members(const std::function<void(const MemberRow&)>& visit) {
  const Value* all = data_.get_if<Map>()->find("groups_uuid");
  if (all == nullptr) return;
  const auto find_id = [](const std::unordered_map<std::string, std::int64_t>& ids, const std::string& uuid) {
    const auto found = ids.find(uuid);
    return found == ids.end() ? std::nullopt : std::optional(found->second);
  };
  for (const MapEntry& entry : map_in(*all, "/groups_uuid")) {
    const std::string place = pointer_to("/groups_uuid", *entry.key.get_if<std::string>());
    const List* list = entry.value.get_if<List>();
    if (list == nullptr) throw_bad(place, "expected a list");
    for (std::size_t i = 0; i < list->size(); ++i) {
      MemberRow row{.place = pointer_to(place, i),
                    .group = {},
                    .node = {},
                    .group_text = *entry.key.get_if<std::string>(),
                    .node_text = {}};
      const auto* uuid = (*list)[i].get_if<std::string>();
      if (uuid == nullptr) throw_bad(row.place, "expected a UUID");
      row.node_text = *uuid;
      row.group = find_id(groups_, row.group_text);
      row.node = find_id(nodes_, row.node_text);
      visit(row);
    }
  }
}

void DocumentSource::read_links(const std::function<void(const LinkRow&)>& visit) {
  const Value* all = data_.get_if<Map>()->find("links_uuid");
  if (all == nullptr) return;
  const List* list = all->get_if<List>();
  if (list == nullptr) throw_bad("/links_uuid", "expected a list");
  for (std::size_t i = 0; i < list->size(); ++i) {
    LinkRow row;
    row.place = pointer_to("/links_uuid", i);
    const Map& fields = map_in((*list)[i], row.place);
    row.input_text = text_in(fields, "input", row.place);
    row.output_text = text_in(fields, "output", row.place);
    row.label = link_label_now(text_in(fields, "label", row.place), version_);
    row.type = text_in(fields, "type", row.place);
    if (const auto found = nodes_.find(row.input_text); found != nodes_.end()) row.input = found->second;
    if (const auto found = nodes_.find(row.output_text); found != nodes_.end()) row.output = found->second;
    visit(row);
  }
}

std::string DocumentSource::place_of(const TableTerm& table, std::int64_t id) const {
  return fmt::format("/{}/{}/{}", kEntities, table.entity, id);
}

}  // namespace cairn::interchange::aiida
