#include "interchange/airflow/encoder.h"

#include <cairn/error.h>
#include <cairn/plain_json.h>
#include <cairn/text.h>

#include <fmt/format.h>

#include <utility>

#include "interchange/airflow/builtins.h"
#include "interchange/airflow/decoder.h"

namespace cairn::interchange::airflow {
namespace {

[[noreturn]] void refuse(const std::string& place, std::string_view problem) {
  throw Error(ErrorCode::unstorable,
              fmt::format("write for Airflow: {}: {}", place.empty() ? "the value" : printable(place), problem));
}

bool is_plain(const Value& value) {
  return value.is<std::monostate>() || value.is<bool>() || value.is<std::int64_t>() || value.is<std::uint64_t>() ||
         value.is<BigInteger>() || value.is<double>() || value.is<std::string>() || half_pairs_of(value) != nullptr;
}

}  // namespace

bool Encoder::has_form(const std::string& place, const char* form) const {
  if (forms_.size() == 0) return false;
  const Value* found = forms_.find(text_of(place));
  return found != nullptr && *found == Value(form);
}

Value Encoder::encode(const Value& value, const std::string& place) {
  if (has_form(place, kOldDictForm))
    return dict_wire({{kOldType, kOldDict}, {kOldData, encode(value, pointer_to(place, kOldData))}});
  if (is_plain(value)) return value;
  if (const List* list = value.get_if<List>()) return encode_list(*list, place);
  if (const Map* map = value.get_if<Map>()) return encode_dict(*map, place);
  Notes notes{zones_};
  std::optional<BuiltinWire> builtin;
  try {
    builtin = write_builtin(value, notes);
  } catch (const Error& error) {
    refuse(place, error.what());
  }
  for (std::string& altered : notes.altered) altered_.emplace_back(place, std::move(altered));
  if (builtin) {
    if (builtin->holds_values) builtin->data = encode_list(*builtin->data.get_if<List>(), data_place(place));
    return object_at(place, builtin->class_name, builtin->version, std::move(builtin->data));
  }
  if (const auto* object = value.get_if<Object>()) return encode_object(*object, place);
  refuse(place, fmt::format("Airflow has no form for a value of kind {}", value.kind_name()));
}

Value Encoder::encode_list(const List& list, const std::string& place) {
  List elements;
  elements.reserve(list.size());
  for (std::size_t i = 0; i < list.size(); ++i) elements.push_back(encode(list[i], pointer_to(place, i)));
  return elements;
}

Value Encoder::encode_dict(const Map& map, const std::string& place) {
  std::vector<Field> members;
  members.reserve(map.size());
  for (const MapEntry& entry : map) {
    auto name = name_of(entry.key);
    if (!name) refuse(place, "a key that is no text, which Airflow would make one");
    Value value = encode(entry.value, pointer_to(place, *name));
    members.push_back({std::move(*name), std::move(value)});
  }
  const Object dict("", 1, std::move(members));
  if (shape_of(dict) != Shape::dict && !has_form(place, kDictForm)) refuse(place, "a dict that would be read as an object");
  return dict;
}

Value Encoder::encode_object(const Object& object, const std::string& place) {
  const bool is_other_data = object.fields.size() == 1 && object.fields[0].name == kData;
  const std::string at = data_place(place);
  if (is_other_data) return object_at(place, object.class_name, object.class_version, encode(object.fields[0].value, at));
  const bool is_old_dict = has_form(at, kOldDictForm);
  const std::string fields_place = is_old_dict ? pointer_to(at, kOldData) : at;
  std::vector<Field> members;
  members.reserve(object.fields.size());
  for (const Field& field : object.fields)
    members.push_back({field.name, encode(field.value, pointer_to(fields_place, field.name))});
  const Object dict("", 1, std::move(members));
  if (shape_of(dict) != Shape::dict) refuse(place, "an object whose fields would be read as another object");
  Value data = dict;
  if (is_old_dict) data = dict_wire({{kOldType, kOldDict}, {kOldData, std::move(data)}});
  return object_at(place, object.class_name, object.class_version, std::move(data));
}

std::string Encoder::data_place(const std::string& place) const {
  return pointer_to(place, has_form(place, kOldObjectForm) ? kOldData : kData);
}

Value Encoder::object_at(const std::string& place, const std::string& class_name, std::uint32_t version, Value data) const {
  if (has_form(place, kOldObjectForm)) return dict_wire({{kOldType, class_name}, {kOldData, std::move(data)}});
  return object_wire(class_name, version, std::move(data));
}

}  // namespace cairn::interchange::airflow
