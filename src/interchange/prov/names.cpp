#include "interchange/prov/names.h"

#include <fmt/format.h>

#include <functional>
#include <set>

#include "interchange/prov/terms.h"

namespace cairn::interchange::prov {
namespace {

using ChangeName = std::function<std::string(std::string_view)>;

std::string local_part(std::string_view name) {
  const std::size_t colon = name.find(':');
  return std::string(colon == std::string_view::npos ? name : name.substr(colon + 1));
}

std::string join(std::string_view prefix, std::string_view local) {
  return prefix == "default" ? std::string(local) : fmt::format("{}:{}", prefix, local);
}

Value changed_names(const Value& value, const ChangeName& change) {
  if (const auto* name = value.get_if<std::string>()) return change(*name);
  if (const List* list = value.get_if<List>()) {
    List changed;
    for (const Value& element : *list) changed.push_back(changed_names(element, change));
    return changed;
  }
  return value;
}

Value changed_literals(const Value& value, const Prefixes& prefixes, const ChangeName& change) {
  if (const List* list = value.get_if<List>()) {
    List changed;
    for (const Value& element : *list) changed.push_back(changed_literals(element, prefixes, change));
    return changed;
  }
  const Map* literal = value.get_if<Map>();
  if (literal == nullptr) return value;
  Map changed = *literal;
  if (const Value* type = literal->find("type"); type != nullptr) changed.put("type", changed_names(*type, change));
  if (const Value* name = literal->find("$"); name != nullptr && is_name_literal(*literal, prefixes))
    changed.put("$", changed_names(*name, change));
  return changed;
}

Map changed_record(const Map& record, const Prefixes& prefixes, const ChangeName& change) {
  Map changed;
  for (const MapEntry& entry : record) {
    const auto& attribute = *entry.key.get_if<std::string>();
    changed.put(change(attribute), names_party(attribute) ? changed_names(entry.value, change)
                                                          : changed_literals(entry.value, prefixes, change));
  }
  return changed;
}

}  // namespace

Prefixes::Prefixes() : uris_{{"prov", std::string(kProvUri)}, {"xsd", std::string(kXsdUri)}} {}

const std::string* Prefixes::find(std::string_view prefix) const {
  const auto found = uris_.find(prefix);
  return found == uris_.end() ? nullptr : &found->second;
}

std::string_view prefix_of(std::string_view name) {
  const std::size_t colon = name.find(':');
  return colon == std::string_view::npos ? std::string_view("default") : name.substr(0, colon);
}

std::optional<std::string> Prefixes::expand(std::string_view name) const {
  const std::string* uri = name.starts_with("_:") ? nullptr : find(prefix_of(name));
  return uri == nullptr ? std::nullopt : std::optional(*uri + local_part(name));
}

std::string Prefixes::adopt(std::string_view name, const Prefixes& other) {
  const std::optional<std::string> uri = other.expand(name);
  if (!uri) return std::string(name);
  const std::string_view prefix = prefix_of(name);
  const std::string& meant = *other.find(prefix);
  if (const std::string* here = find(prefix); here != nullptr && *here == meant) return std::string(name);
  for (const auto& [known, known_uri] : uris_)
    if (known_uri == meant) return join(known, local_part(name));
  std::string chosen(prefix == "default" ? "ns" : prefix);
  for (int number = 2; find(chosen) != nullptr; ++number) chosen = fmt::format("{}{}", prefix == "default" ? "ns" : prefix, number);
  put(chosen, meant);
  return join(chosen, local_part(name));
}

std::string expanded(std::string_view name, const Prefixes& prefixes) {
  return prefixes.expand(name).value_or(std::string(name));
}

bool is_name_literal(const Map& literal, const Prefixes& prefixes) {
  const Value* type = literal.find("type");
  const auto* name = type == nullptr ? nullptr : type->get_if<std::string>();
  if (name == nullptr) return false;
  const std::string uri = expanded(*name, prefixes);
  return uri == fmt::format("{}QUALIFIED_NAME", kProvUri) || uri == fmt::format("{}QName", kXsdUri);
}

Map expanded_record(const Map& record, const Prefixes& prefixes) {
  return changed_record(record, prefixes, [&](std::string_view name) { return expanded(name, prefixes); });
}

Map adopted_record(const Map& record, const Prefixes& from, Prefixes& to) {
  return changed_record(record, from, [&](std::string_view name) { return to.adopt(name, from); });
}

Map prefixes_used(std::string_view name, const Map& record, const Prefixes& prefixes) {
  std::set<std::string, std::less<>> used{std::string(prefix_of(name))};
  const ChangeName note = [&](std::string_view other) {
    used.emplace(prefix_of(other));
    return std::string(other);
  };
  changed_record(record, prefixes, note);
  Map map;
  for (const std::string& prefix : used)
    if (const std::string* uri = prefixes.find(prefix)) map.put(prefix, *uri);
  return map;
}

}  // namespace cairn::interchange::prov
