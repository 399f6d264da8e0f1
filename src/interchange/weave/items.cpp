#include "interchange/weave/items.h"

#include <cairn/plain_json.h>

#include <fmt/format.h>

#include <array>
#include <utility>

#include "interchange/weave/digest.h"
#include "interchange/weave/naming.h"

namespace cairn::interchange::weave {
namespace {

struct CallField {
  std::string_view name;
  Role role;
  std::string_view path;  // labels begin with it
};

constexpr std::array<CallField, 7> kCallFields = {{{"op_name", Role::op, "op"},
                                                   {"inputs", Role::input, ""},
                                                   {"input_refs", Role::input, "input"},
                                                   {"output", Role::output, ""},
                                                   {"output_refs", Role::output, "output"},
                                                   {"attributes", Role::mention, "attributes"},
                                                   {"summary", Role::mention, "summary"}}};

std::string_view text_of(const Bytes& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// The digest that follows from what the row holds; empty if it holds nothing, or has none.
std::string digest_of(const Row& row) {
  switch (row.kind) {
    case RowKind::object:
    case RowKind::row:
      return value_digest(*row.fields.find("val"));
    case RowKind::value:
      return value_digest(row.value);
    case RowKind::file:
      return bytes_digest(text_of(*row.fields.find("content")->get_if<Bytes>()));
    case RowKind::call:
      return {};
    case RowKind::table:
      break;
  }
  std::vector<std::string> digests;
  if (const Value* list = row.find("row_digests"))
    for (const Value& digest : *list->get_if<List>()) digests.push_back(*digest.get_if<std::string>());
  else
    for (const Row& one : row.rows) digests.push_back(one.text("digest"));
  return table_digest(digests);
}

bool is_true(const Value* value) {
  return value != nullptr && (*value == Value(true) || *value == Value(1));
}

}  // namespace

std::size_t Items::add(const Row& row) {
  const std::string follows = digest_of(row);
  check_digest(row, follows);
  for (const Row& one : row.rows) add(one);
  const Identity name = name_of(row, follows, options_);
  const auto known = look_up(name);
  if (!known) return add_new(row, {name});
  Item again;  // what the row says must be right, though something else says it already
  again.row = &row;
  read_values(again);
  Item& item = items_[*known];
  if (item.row != nullptr) return *known;
  item.row = &row;
  item.place = row.place;
  name_versions(*known);
  return *known;
}

void Items::check_digest(const Row& row, const std::string& follows) {
  const std::string& recorded = row.text("digest");
  if (recorded.empty() || follows.empty() || recorded == follows) return;
  report_.items.push_back({Outcome::opaque, pointer_to(row.place, "digest"),
                           fmt::format("{} is not what follows from the {}, which is {}: kept as it is", recorded,
                                       term_of(row.kind).name, follows)});
}

std::size_t Items::add_new(const Row& row, std::vector<Identity> names) {
  const std::size_t number = items_.size();
  Item& item = items_.emplace_back();
  item.kind = row.kind;
  item.row = &row;
  item.place = row.place;
  item.uuid = Uuid::generate();
  item.node_kind = row.kind == RowKind::call ? NodeKind::calculation : NodeKind::data;
  by_name_.emplace(names.front(), number);
  if (const auto numbered = number_name_of(row)) {
    if (look_up(*numbered))
      report_.items.push_back({Outcome::altered, pointer_to(row.place, "version_index"),
                               fmt::format("{} is another version already: its node is not called so", numbered->id)});
    else
      names.push_back(*numbered);
  }
  for (const Identity& name : names) {
    by_name_.emplace(name, number);
    if (can_be_unique_id(name))
      item.names.push_back(name);
    else
      report_.items.push_back({Outcome::altered, row.place, "its name cannot be a unique id: it is too long, or has a NUL"});
  }
  read_values(item);
  name_versions(number);
  return number;
}

// What moves from version to version is a name within the document alone.
void Items::name_versions(std::size_t number) {
  const Row& row = *items_[number].row;
  if (row.kind != RowKind::object) return;
  if (is_true(row.find("is_latest"))) versions_.emplace(versioned(row, "latest"), number);
  const Value* aliases = row.find("aliases");
  const List* list = aliases == nullptr ? nullptr : aliases->get_if<List>();
  if (list == nullptr) return;
  for (const Value& alias : *list)
    if (const auto* text = alias.get_if<std::string>()) versions_.emplace(versioned(row, *text), number);
}

void Items::read_values(Item& item) {
  const Row& row = *item.row;
  Mentions& found = item.mentions[Role::mention];
  if (row.kind == RowKind::call) return read_call(item);
  if (row.kind == RowKind::value) {
    item.value = reader_.read(row.value, row.place, "", found);
    return;
  }
  for (const MapEntry& entry : row.fields) {
    const auto& key = *entry.key.get_if<std::string>();
    if (key == "val")
      item.value = reader_.read(entry.value, pointer_to(row.place, row.written_key("val")), "", found);
    else if (key == "content" && row.kind == RowKind::file)
      item.value = entry.value;
    else if (key == "row_digests" && row.kind == RowKind::table)
      item.value = entry.value;
    else if (row.kind == RowKind::object || row.kind == RowKind::table || key == "digest")
      item.fields.put(key, entry.value);
  }
}

void Items::read_call(Item& item) {
  const Row& row = *item.row;
  item.fields = row.fields;
  for (const CallField& field : kCallFields) {
    const Value* value = row.fields.find(field.name);
    if (value == nullptr) continue;
    const std::string place = pointer_to(row.place, row.written_key(field.name));
    item.fields.put(field.name, reader_.read(*value, place, std::string(field.path), item.mentions[field.role]));
  }
}

std::optional<std::size_t> Items::look_up(const Identity& name) {
  if (const auto here = by_name_.find(name); here != by_name_.end()) return here->second;
  if (!can_be_unique_id(name)) return std::nullopt;
  if (auto node = store_.find_node(name)) return add_known(std::move(*node), name);
  return std::nullopt;
}

std::size_t Items::add_known(Node node, const Identity& name) {
  const auto known = by_uuid_.find(node.uuid);
  const std::size_t number = known == by_uuid_.end() ? items_.size() : known->second;
  if (known == by_uuid_.end()) {
    Item& item = items_.emplace_back();
    item.kind = kind_of(node).value_or(RowKind::value);
    item.uuid = node.uuid;
    item.node_kind = node.kind;
    item.known = std::move(node);
    by_uuid_.emplace(item.uuid, number);
    ++report_.nodes_known;
  }
  by_name_.emplace(name, number);
  return number;
}

std::size_t Items::find(const Mention& mention) {
  const std::string base = mention.ref.base();
  const Identity name{kScope, base};
  if (const auto known = look_up(name)) return *known;
  if (const auto version = versions_.find(base); version != versions_.end()) return version->second;
  constexpr std::array<RowKind, 4> kKinds = {RowKind::object, RowKind::object, RowKind::table, RowKind::call};
  return find_or_name(name, kKinds[static_cast<std::size_t>(mention.ref.kind)], mention.place, mention.uri);
}

std::size_t Items::find(const FileMention& mention) {
  const Identity name{std::string(term_of(RowKind::file).scope), mention.digest};
  if (const auto known = look_up(name)) return *known;
  return find_or_name(name, RowKind::file, mention.place, "file " + mention.digest);
}

std::size_t Items::find_or_name(const Identity& name, RowKind kind, const std::string& place, const std::string& uri) {
  if (options_.resolve)
    if (const auto uuid = options_.resolve(uri)) return add_known(store_.get_node(*uuid), name);
  const Identity placeholder = placeholder_name(name);
  const bool is_new = !by_name_.contains(placeholder);
  if (is_new)
    report_.items.push_back(
        {Outcome::unresolved, place,
         fmt::format("{} is named, and described nowhere: a node without a description stands for it", uri)});
  if (const auto known = look_up(placeholder)) return *known;
  const std::size_t number = items_.size();
  Item& item = items_.emplace_back();
  item.kind = kind;
  item.uuid = Uuid::generate();
  item.place = place;
  if (can_be_unique_id(placeholder)) item.names.push_back(placeholder);
  by_name_.emplace(placeholder, number);
  return number;
}

std::optional<std::size_t> Items::find_row(const std::string& digest) {
  return look_up({std::string(term_of(RowKind::row).scope), digest});
}

std::optional<std::size_t> Items::find_call(const Row& row, const std::string& id) {
  Row other{.kind = RowKind::call, .fields = Map{{"id", id}}, .project = row.project};
  return look_up(name_of(other, "", options_));
}

std::vector<std::size_t> Items::placeholders(std::size_t item) {
  std::vector<std::size_t> found;
  const std::vector<Identity> names = items_[item].names;
  for (const Identity& name : names)
    if (const auto known = look_up(placeholder_name(name))) found.push_back(*known);
  return found;
}

}  // namespace cairn::interchange::weave
