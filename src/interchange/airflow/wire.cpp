#include "interchange/airflow/wire.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace cairn::interchange::airflow {
namespace {

std::string bytes_text(const Bytes& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

Shape shape_of(const Object& members) {
  if (members.find(kClassName) != nullptr && members.find(kVersion) != nullptr) return Shape::object;
  const Value *type = members.find(kOldType), *data = members.find(kOldData);
  const std::string* name = type == nullptr ? nullptr : type->get_if<std::string>();
  if (name == nullptr || name->empty() || data == nullptr) return Shape::dict;
  if (*name != kOldDict) return Shape::old_object;
  return members_of(*data) != nullptr || data->is<Map>() ? Shape::old_dict : Shape::dict;
}

Value dict_wire(std::vector<Field> members) {
  return Object("", 1, std::move(members));
}

Value object_wire(std::string_view class_name, std::uint32_t version, Value data) {
  return dict_wire({{kClassName, class_name}, {kVersion, version}, {kData, std::move(data)}});
}

const Object* members_of(const Value& wire) {
  const auto* object = wire.get_if<Object>();
  return object != nullptr && object->class_name.empty() ? object : nullptr;
}

const Bytes* half_pairs_of(const Value& value) {
  const auto* object = value.get_if<Object>();
  if (object == nullptr || object->class_name != kTextClass || object->fields.size() != 1 ||
      object->fields[0].name != "surrogatepass")
    return nullptr;
  return object->fields[0].value.get_if<Bytes>();
}

Value text_of(std::string name) {
  Value text(std::move(name));
  if (!text.is<Bytes>()) return text;
  return Object(kTextClass, 1, {{"surrogatepass", std::move(text)}});
}

std::optional<std::string> name_of(const Value& text) {
  if (const auto* plain = text.get_if<std::string>()) return *plain;
  if (const Bytes* bytes = half_pairs_of(text)) return bytes_text(*bytes);
  return std::nullopt;
}

bool is_set(const Value& unordered) {
  const Map* map = unordered.get_if<Map>();
  const Value* name = map == nullptr ? nullptr : map->find(kClassName);
  return name != nullptr && (*name == Value("builtins.set") || *name == Value("builtins.frozenset"));
}

Value unordered(const Value& wire) {
  if (const List* elements = wire.get_if<List>()) {
    List list;
    for (const Value& element : *elements) list.push_back(unordered(element));
    return list;
  }
  const Object* members = members_of(wire);
  if (members == nullptr) return wire;
  std::vector<MapEntry> entries;
  for (const Field& member : members->fields) entries.push_back({text_of(member.name), unordered(member.value)});
  std::ranges::sort(entries, {}, &MapEntry::key);
  Map map;
  for (MapEntry& entry : entries) map.put(std::move(entry.key), std::move(entry.value));
  const Value* data = map.find(kData);
  if (data != nullptr && data->is<List>() && is_set(map)) {
    List sorted = *data->get_if<List>();
    std::ranges::sort(sorted);
    map.put(kData, std::move(sorted));
  }
  return map;
}

Value ordered(const Value& unordered) {
  if (const List* elements = unordered.get_if<List>()) {
    List list;
    for (const Value& element : *elements) list.push_back(ordered(element));
    return list;
  }
  const Map* map = unordered.get_if<Map>();
  if (map == nullptr) return unordered;
  std::vector<Field> members;
  for (const MapEntry& entry : *map) members.push_back({*name_of(entry.key), ordered(entry.value)});
  return dict_wire(std::move(members));
}

}  // namespace cairn::interchange::airflow
