#include "interchange/aiida/mapping.h"

#include <cairn/error.h>
#include <cairn/text.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "interchange/aiida/times.h"
#include "interchange/json_reader.h"
#include "interchange/labels.h"

namespace cairn::interchange::aiida {
namespace {

constexpr std::size_t kTypeBytesMax = 255;
constexpr std::size_t kDescriptionBytesMax = 1 << 20;
constexpr std::size_t kUserBytesMax = 254;
constexpr std::string_view kUserScope = "aiida-user";

const std::string& text_of(const Value& value) { return *value.get_if<std::string>(); }

bool fits(const std::string& text, std::size_t most) { return text.size() <= most && text.find('\0') == std::string::npos; }

NodeState state_of(const Map& attributes) {
  const Value* state = attributes.find("process_state");
  const Value* status = attributes.find("exit_status");
  const Value* sealed = attributes.find("sealed");
  if (state == nullptr) return sealed != nullptr && *sealed == Value(true) ? NodeState::finished : NodeState::created;
  const auto* name = state->get_if<std::string>();
  if (name == nullptr) return NodeState::created;
  if (*name == "excepted") return NodeState::failed;
  if (*name == "finished" && status != nullptr && status->is<std::int64_t>() && *status != Value(0)) return NodeState::failed;
  return parse_state(*name).value_or(NodeState::created);
}

void describe_process(const Map& attributes, NewNode& made) {
  made.state = state_of(attributes);
  if (const Value* status = attributes.find("exit_status"))
    if (const auto* number = status->get_if<std::int64_t>(); number != nullptr && std::in_range<std::int32_t>(*number))
      made.exit_status = static_cast<std::int32_t>(*number);
  if (const Value* message = attributes.find("exit_message"))
    if (const auto* text = message->get_if<std::string>(); text != nullptr && fits(*text, kDescriptionBytesMax))
      made.exit_message = *text;
}

// What a column is in a node that says nothing else of it.
class NodeOfRow {
 public:
  NodeOfRow(const TableTerm& table, const Row& row, const std::string& place) : table_(table), row_(row), place_(place) {}

  NewNode make() {
    made_.type = text_of(value("node_type"));
    if (!fits(made_.type, kTypeBytesMax)) throw_bad(pointer_to(place_, "node_type"), "is too long, or has a NUL");
    made_.kind = kind_of(made_.type).value_or(NodeKind::data);
    if (!value("process_type").is<std::monostate>()) keep("process_type");
    made_.label = node_label(text_of(value("label")));
    if (Value(made_.label) != value("label")) keep("label");
    if (fits(text_of(value("description")), kDescriptionBytesMax))
      made_.description = text_of(value("description"));
    else
      keep("description");
    made_.created = parse_time_text(text_of(value("ctime")));
    if (!made_.created) keep("ctime");
    keep("mtime");
    if (value("extras").is<Map>())
      made_.extras = value("extras");
    else
      keep("extras");
    if (value("repository_metadata") != Value(Map())) keep("repository_metadata");
    take_attributes();
    return std::move(made_);
  }

 private:
  const Value& value(std::string_view column) const { return row_.values[column_index(table_, column)]; }
  void keep(std::string_view column) { kept_.put(column, value(column)); }

  void take_attributes() {
    const Map* given = value("attributes").get_if<Map>();
    if (given == nullptr) keep("attributes");
    Map attributes = given == nullptr ? Map() : *given;
    if (attributes.find(kKeptName) != nullptr)
      throw_bad(pointer_to(pointer_to(place_, "attributes"), kKeptName), "is no name of an attribute");
    if (made_.kind != NodeKind::data) describe_process(attributes, made_);
    attributes.put(kKeptName, std::move(kept_));
    made_.attributes = std::move(attributes);
  }

  const TableTerm& table_;
  const Row& row_;
  const std::string& place_;
  NewNode made_;
  Map kept_;
};

std::string label_of(const TableTerm& table, const Row& row) {
  for (const std::string_view name : {"label", "email"})
    if (const auto found = std::ranges::find(table.columns, name, &Column::name); found != table.columns.end())
      return node_label(text_of(row.values[static_cast<std::size_t>(found - table.columns.begin())]));
  return {};
}

// A column that the node could not hold, and now does, has been given to it since.
bool is_changed(const Column& column, const Node& node) {
  if (column.name == "label") return !node.label.empty();
  if (column.name == "description") return !node.description.empty();
  return column.name == "extras" && node.extras.is<Map>() && node.extras.get_if<Map>()->size() > 0;
}

std::vector<Value> values_of_node(const TableTerm& table, const Node& node) {
  const Map& all = *node.attributes.get_if<Map>();
  const Map& kept = *all.find(kKeptName)->get_if<Map>();
  Map attributes;
  for (const MapEntry& entry : all)
    if (entry.key != Value(kKeptName)) attributes.put(entry.key, entry.value);
  std::vector<Value> values;
  for (const Column& column : table.columns) {
    if (const Value* found = kept.find(column.name); found != nullptr && !is_changed(column, node))
      values.push_back(*found);
    else if (column.name == "uuid")
      values.emplace_back(node.uuid.text());
    else if (column.name == "node_type")
      values.emplace_back(node.type);
    else if (column.name == "label")
      values.emplace_back(node.label);
    else if (column.name == "description")
      values.emplace_back(node.description);
    else if (column.name == "ctime")
      values.emplace_back(time_text(node.created));
    else if (column.name == "attributes")
      values.emplace_back(attributes);
    else if (column.name == "extras")
      values.push_back(node.extras.is<Map>() ? node.extras : Value(Map()));
    else if (column.name == "repository_metadata")
      values.emplace_back(Map());
    else
      values.emplace_back();
  }
  return values;
}

}  // namespace

NewNode new_node(const TableTerm& table, const Row& row, const std::string& place) {
  if (table.table == Table::node) return NodeOfRow(table, row, place).make();
  NewNode made{.type = std::string(table.type), .label = label_of(table, row)};
  Map attributes;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const Column& column = table.columns[i];
    if (column.kind == ColumnKind::reference || column.name == "uuid") continue;
    attributes.put(column.name, row.values[i]);
    if (column.name == "time" || column.name == "ctime") made.created = parse_time_text(text_of(row.values[i]));
  }
  made.attributes = std::move(attributes);
  return made;
}

Value value_of_data(const TableTerm& table, const Row& row) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kAttributes{{{"data.core.bool.Bool.", "value"},
                                                                                      {"data.core.float.Float.", "value"},
                                                                                      {"data.core.int.Int.", "value"},
                                                                                      {"data.core.list.List.", "list"},
                                                                                      {"data.core.str.Str.", "value"}}};
  const Value& all = row.values[column_index(table, "attributes")];
  const Map* attributes = all.get_if<Map>();
  const std::string& type = text_of(row.values[column_index(table, "node_type")]);
  const auto found = std::ranges::find(kAttributes, type, &std::pair<std::string_view, std::string_view>::first);
  const Value* value = attributes == nullptr || found == kAttributes.end() ? nullptr : attributes->find(found->second);
  return value == nullptr ? all : *value;
}

const TableTerm* table_of(const Node& node) {
  if (const TableTerm* table = find_table_by_type(node.type)) return table;
  const Map* attributes = node.attributes.get_if<Map>();
  const Value* kept = attributes == nullptr ? nullptr : attributes->find(kKeptName);
  return kept != nullptr && kept->is<Map>() ? &term_of(Table::node) : nullptr;
}

std::vector<Value> values_of(const TableTerm& table, const Node& node) {
  if (table.table == Table::node) return values_of_node(table, node);
  const Map* attributes = node.attributes.get_if<Map>();
  std::vector<Value> values;
  for (const Column& column : table.columns) {
    const Value* found = attributes == nullptr ? nullptr : attributes->find(column.name);
    if (column.name == "uuid")
      values.emplace_back(node.uuid.text());
    else
      values.push_back(found == nullptr ? Value() : *found);
  }
  return values;
}

Value repository_of(const Node& node) {
  const Value* kept = node.attributes.get_if<Map>()->find(kKeptName);
  const Value* found = kept->get_if<Map>()->find("repository_metadata");
  return found == nullptr ? Value(Map()) : *found;
}

Identity identity_of(const TableTerm& table, const Row& row) {
  if (table.table != Table::user) return {};
  const std::string& address = text_of(row.values[column_index(table, "email")]);
  if (address.empty() || !fits(address, kUserBytesMax))
    throw_bad(fmt::format("/{}/{}", table.name, row.id), "has no address that can be one");
  return {std::string(kUserScope), address};
}

std::string unique_label_of(const TableTerm& table, const std::vector<Value>& values) {
  const auto text = [&](std::string_view column) -> const std::string& { return text_of(values[column_index(table, column)]); };
  if (table.table == Table::computer) return fmt::format("{} {}", table.label, text("label"));
  if (table.table == Table::group)
    return fmt::format("{} {}:{} {}", table.label, text("type_string").size(), text("type_string"), text("label"));
  return {};
}

Uuid uuid_of(const Row& row, const std::string& place) {
  const auto uuid = Uuid::parse(text_of(row.values.front()));
  if (!uuid) throw_bad(pointer_to(place, "uuid"), fmt::format("{} is no UUID", printable(text_of(row.values.front()))));
  return *uuid;
}

}  // namespace cairn::interchange::aiida
