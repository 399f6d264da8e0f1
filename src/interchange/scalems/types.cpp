#include "interchange/scalems/types.h"

#include <cairn/plain_json.h>

#include <fmt/format.h>

#include "interchange/json_reader.h"
#include "interchange/scalems/shapes.h"

namespace cairn::interchange::scalems {
namespace {

constexpr std::string_view kKnownSchema = "scalems.v0";

const std::string* text_member(const Map& map, const char* name) {
  const Value* value = map.find(name);
  return value == nullptr ? nullptr : value->get_if<std::string>();
}

const Map* map_member(const Map& map, const char* name) {
  const Value* value = map.find(name);
  return value == nullptr ? nullptr : value->get_if<Map>();
}

// The schema that a description is written by. A field may have that name, too: then it has a type.
const Map* schema_of(const Map& description) {
  const Map* schema = map_member(description, "schema");
  return schema == nullptr || schema->find("type") != nullptr ? nullptr : schema;
}

bool is_known_schema(const Map& schema) {
  const std::string* spec = text_member(schema, "spec");
  return spec != nullptr && *spec == kKnownSchema;
}

// The fields of a description by a schema are in an object of their own.
const Map* fields_of(const Map& description) {
  const Map* schema = schema_of(description);
  if (schema == nullptr) return &description;
  return is_known_schema(*schema) ? map_member(description, "fields") : nullptr;
}

void check_field(const std::string& name, const Value& value, const std::string& place) {
  if (const auto parsed = parse_label(name); !parsed) throw_bad(place, fmt::format("the name of a field, {}", parsed.fault));
  const Map* field = value.get_if<Map>();
  if (field == nullptr) throw_bad(place, fmt::format("expected an object with type and shape, found {}", value.kind_name()));
  const Value *type = field->find("type"), *shape = field->find("shape");
  if (type == nullptr) throw_bad(place, "a field has a \"type\"");
  if (const auto parsed = type_name(*type); !parsed) throw_bad(pointer_to(place, "type"), parsed.fault);
  if (shape == nullptr) throw_bad(place, "a field has a \"shape\"");
  if (const std::string fault = shape_fault(*shape, Sizes::integers_and_constraints); !fault.empty())
    throw_bad(pointer_to(place, "shape"), fault);
}

void check_schema(const Map& description, const Map& schema, const std::string& place) {
  if (text_member(schema, "name") == nullptr) throw_bad(pointer_to(place, "schema"), "a schema of scalems.v0 has a \"name\"");
  const Value *implementation = description.find("implementation"), *fields = description.find("fields");
  if (implementation != nullptr)
    if (const auto parsed = type_name(*implementation); !parsed) throw_bad(pointer_to(place, "implementation"), parsed.fault);
  if (fields != nullptr && !fields->is<Map>())
    throw_bad(pointer_to(place, "fields"), fmt::format("expected an object of fields, found {}", fields->kind_name()));
}

}  // namespace

const Map* TypeDescription::find_field(std::string_view field) const {
  const Map* fields = fields_of(*description.get_if<Map>());
  const Value* found = fields == nullptr ? nullptr : fields->find(field);
  return found == nullptr ? nullptr : found->get_if<Map>();
}

bool TypeDescription::is_of_processes() const {
  const Map* schema = schema_of(*description.get_if<Map>());
  const std::string* kind = schema == nullptr ? nullptr : text_member(*schema, "name");
  return find_field("result") != nullptr || (kind != nullptr && *kind == "CommandType");
}

Parsed<std::string> type_name(const Value& identifier) {
  if (const auto* text = identifier.get_if<std::string>()) return parse_type(*text);
  const List* names = identifier.get_if<List>();
  if (names == nullptr) return {{}, fmt::format("expected an array of names, or one text, found {}", identifier.kind_name())};
  if (names->empty()) return {{}, "expected one name or more, found an empty array"};
  std::string joined;
  for (const Value& name : *names) {
    const auto* text = name.get_if<std::string>();
    if (text == nullptr) return {{}, fmt::format("expected a name, found {}", name.kind_name())};
    if (const auto parsed = parse_type(*text); !parsed) return {{}, fmt::format("the name \"{}\", {}", *text, parsed.fault)};
    joined += (joined.empty() ? "" : ".") + *text;
  }
  return {std::move(joined)};
}

bool is_of_text(const Map& field) {
  const std::string name = type_name(*field.find("type")).value;
  return name == "scalems.String" || name == "str" || name == "builtins.str";
}

TypeDescription read_type(std::string_view name, const Value& description, const std::string& place, ImportReport& report) {
  if (const auto parsed = parse_type(name); !parsed) throw_bad(place, fmt::format("the name of a type, {}", parsed.fault));
  const Map* map = description.get_if<Map>();
  if (map == nullptr)
    throw_bad(place, fmt::format("expected an object that describes a type, found {}", description.kind_name()));
  const Map* schema = schema_of(*map);
  if (schema != nullptr && !is_known_schema(*schema))
    report.items.push_back({Outcome::opaque, pointer_to(place, "schema"), "of another schema than scalems.v0: kept as it is"});
  if (schema != nullptr && is_known_schema(*schema)) check_schema(*map, *schema, place);
  if (const Map* fields = fields_of(*map))
    for (const MapEntry& entry : *fields) {
      const auto& field = *entry.key.get_if<std::string>();
      check_field(field, entry.value, pointer_to(schema == nullptr ? place : pointer_to(place, "fields"), field));
    }
  return {std::string(name), description, place};
}

}  // namespace cairn::interchange::scalems
