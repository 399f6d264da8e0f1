#include "interchange/airflow/decoder.h"

#include <cairn/plain_json.h>
#include <cairn/text.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "interchange/airflow/builtins.h"
#include "interchange/json_reader.h"

namespace cairn::interchange::airflow {
namespace {

/// Classes that the oldest documents name without their modules.
constexpr std::array<std::pair<std::string_view, const char*>, 3> kShortNames = {
    {{"tuple", "builtins.tuple"}, {"set", "builtins.set"}, {"frozenset", "builtins.frozenset"}}};

std::string full_name(const std::string& class_name) {
  for (const auto& [name, full] : kShortNames)
    if (class_name == name) return full;
  return class_name;
}

std::string named(const std::string& place) {
  return place.empty() ? "the document" : place;
}

// True is 1 in Python.
std::optional<std::uint32_t> version_of(const Value& version) {
  if (const bool* flag = version.get_if<bool>()) return *flag ? 1 : 0;
  const auto* integer = version.get_if<std::int64_t>();
  return integer != nullptr && std::in_range<std::uint32_t>(*integer) ? std::optional(static_cast<std::uint32_t>(*integer))
                                                                      : std::nullopt;
}

Map dict_of(const std::vector<Field>& fields) {
  std::vector<MapEntry> entries;
  entries.reserve(fields.size());
  for (const Field& field : fields) entries.push_back({text_of(field.name), field.value});
  std::ranges::sort(entries, {}, &MapEntry::key);
  Map map;
  for (MapEntry& entry : entries) map.put(std::move(entry.key), std::move(entry.value));
  return map;
}

}  // namespace

bool matches(std::string_view pattern, std::string_view name) {
  std::size_t star = std::string_view::npos, resumed = 0, at = 0, begin = 0;  // the last *, and what it stands for
  while (begin < name.size()) {
    if (at < pattern.size() && pattern[at] == '*') {
      star = at++;
      resumed = begin;
    } else if (at < pattern.size() && pattern[at] == name[begin]) {
      ++at;
      ++begin;
    } else if (star != std::string_view::npos) {
      at = star + 1;
      begin = ++resumed;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', at) == std::string_view::npos;
}

bool Decoder::is_allowed(const std::string& class_name) const {
  return options_.allowed_classes.empty() || is_registered(class_name) ||
         std::ranges::any_of(options_.allowed_classes,
                             [&](const std::string& pattern) { return matches(pattern, class_name); });
}

void Decoder::note(Outcome outcome, const std::string& place, std::string what) {
  report_.items.push_back({outcome, place, std::move(what)});
}

Value Decoder::decode(const Value& wire, const std::string& place) {
  if (const List* list = wire.get_if<List>()) return decode_list(*list, place);
  const Object* members = members_of(wire);
  if (members == nullptr) return wire;
  switch (shape_of(*members)) {
    case Shape::dict:
      break;
    case Shape::object:
      return decode_object(*members, place);
    case Shape::old_object:
      return decode_old_object(*members, place);
    case Shape::old_dict:
      forms_[place] = kOldDictForm;
      note_extra(*members, place, 2);
      return decode(*members->find(kOldData), pointer_to(place, kOldData));
  }
  return decode_dict(*members, place);
}

Value Decoder::decode_list(const List& list, const std::string& place) {
  List elements;
  elements.reserve(list.size());
  for (std::size_t i = 0; i < list.size(); ++i) elements.push_back(decode(list[i], pointer_to(place, i)));
  return elements;
}

Value Decoder::decode_dict(const Object& members, const std::string& place) {
  std::vector<Field> fields;
  fields.reserve(members.fields.size());
  for (const Field& member : members.fields)
    fields.push_back({member.name, decode(member.value, pointer_to(place, member.name))});
  return dict_of(fields);
}

Value Decoder::decode_object(const Object& members, const std::string& place) {
  const auto* class_name = members.find(kClassName)->get_if<std::string>();
  const auto version = version_of(*members.find(kVersion));
  if (class_name == nullptr) return refuse_object(members, place, "__classname__ is no text");
  if (class_name->empty()) return refuse_object(members, place, "__classname__ is empty");
  if (!version) return refuse_object(members, place, "__version__ is no integer from 0 to 2^32-1");
  static const Value kNothing;
  const Value* data = members.find(kData);
  note_extra(members, place, data == nullptr ? 2 : 3);
  return object_value(*class_name, *version, data == nullptr ? kNothing : *data, place, pointer_to(place, kData));
}

Value Decoder::decode_old_object(const Object& members, const std::string& place) {
  const auto& class_name = *members.find(kOldType)->get_if<std::string>();
  note(Outcome::altered, place, fmt::format("a dict with __type and __var is read as an old object of class {}", class_name));
  const Value* source = members.find("__source");
  note_extra(members, place, source != nullptr && source->is<std::monostate>() ? 3 : 2);
  forms_[place] = kOldObjectForm;
  return object_value(full_name(class_name), 0, *members.find(kOldData), place, pointer_to(place, kOldData));
}

Value Decoder::object_value(const std::string& class_name, std::uint32_t version, const Value& data, const std::string& place,
                            const std::string& data_place) {
  if (!is_allowed(class_name)) {
    const std::string problem = fmt::format("class {} is not allowed", class_name);
    if (!options_.partial || place.empty()) throw_bad(named(place), problem);
    note(Outcome::refused, place, problem);
    return {};
  }
  Data held = decode_data(data, data_place);
  if (is_builtin(class_name)) {
    Notes notes{zones_};
    auto value = read_builtin(class_name, version, held.are_fields ? dict_of(held.fields) : held.other, notes);
    for (std::string& altered : notes.altered) note(Outcome::altered, place, std::move(altered));
    if (value && class_name.starts_with("pandas."))
      note(Outcome::opaque, place, "the content of a data frame is kept and not read");
    if (value) return std::move(*value);
    note(Outcome::opaque, place, fmt::format("this is no {} that is known of version {}: kept as it is", class_name, version));
  }
  if (!held.are_fields) held.fields.push_back({kData, std::move(held.other)});
  return Object(class_name, version, std::move(held.fields));
}

Decoder::Data Decoder::decode_data(const Value& data, const std::string& place) {
  const Object* members = members_of(data);
  std::string members_place = place;
  if (members != nullptr && shape_of(*members) == Shape::old_dict) {
    forms_[place] = kOldDictForm;
    note_extra(*members, place, 2);
    members_place = pointer_to(place, kOldData);
    members = members_of(*members->find(kOldData));
  }
  const bool are_fields =
      members != nullptr && shape_of(*members) == Shape::dict && members->find(kData) == nullptr &&
      std::ranges::all_of(members->fields, [](const Field& field) { return text_of(field.name).is<std::string>(); });
  if (!are_fields) return {.other = decode(data, place)};
  Data held{.are_fields = true};
  for (const Field& member : members->fields)
    held.fields.push_back({member.name, decode(member.value, pointer_to(members_place, member.name))});
  return held;
}

Map Decoder::forms() const {
  Map map;
  for (const auto& [place, form] : forms_) map.put(text_of(place), form);
  return map;
}

void Decoder::note_extra(const Object& members, const std::string& place, std::size_t expected) {
  if (members.fields.size() > expected)
    note(Outcome::opaque, place, "members beside those of an object: kept with the document");
}

Value Decoder::refuse_object(const Object& members, const std::string& place, const std::string& problem) {
  if (!options_.partial) throw_bad(named(place), fmt::format("an object cannot be decoded: {}", problem));
  note(Outcome::altered, place, fmt::format("an object cannot be decoded, and is kept as a dict: {}", problem));
  forms_[place] = kDictForm;
  return decode_dict(members, place);
}

}  // namespace cairn::interchange::airflow
