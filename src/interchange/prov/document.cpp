#include "interchange/prov/document.h"

#include <cairn/error.h>
#include <cairn/value_json.h>

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "interchange/json_reader.h"
#include "interchange/prov/literals.h"

namespace cairn::interchange::prov {
namespace {

/// What is wrong, and where.
struct Fault {
  std::string place;
  std::string problem;
};

bool is_text(const Value& value) { return value.is<std::string>(); }

bool is_plain(const Value& value) {
  return is_text(value) || value.is<bool>() || value.is<std::int64_t>() || value.is<std::uint64_t>() || value.is<BigInteger>() ||
         value.is<double>();
}

std::optional<std::string> literal_fault(const Value& value) {
  if (is_plain(value)) return std::nullopt;
  const Map* literal = value.get_if<Map>();
  if (literal == nullptr) return fmt::format("expected a literal, found {}", value.kind_name());
  const Value* content = literal->find("$");
  if (content == nullptr || !is_plain(*content)) return "expected a literal with its text as \"$\"";
  for (const MapEntry& entry : *literal) {
    const auto& key = *entry.key.get_if<std::string>();
    if (key != "$" && key != "type" && key != "lang") return fmt::format("a literal has no \"{}\"", key);
    if (key != "$" && !is_text(entry.value)) return fmt::format("expected text as \"{}\" of a literal", key);
  }
  return std::nullopt;
}

std::optional<std::string> name_fault(const Value& value) {
  return is_text(value) ? std::nullopt : std::optional(fmt::format("expected a name, found {}", value.kind_name()));
}

// Checks the value of an attribute, or each if there are several.
std::optional<Fault> attribute_fault(std::string_view attribute, const Value& value, bool is_relation, const std::string& place) {
  const bool is_name = is_relation && names_party(attribute);
  const auto fault_of = [&](const Value& one) { return is_name || is_time(attribute) ? name_fault(one) : literal_fault(one); };
  const List* list = value.get_if<List>();
  if (list == nullptr) {
    const auto fault = fault_of(value);
    return fault ? std::optional(Fault{place, *fault}) : std::nullopt;
  }
  for (std::size_t i = 0; i < list->size(); ++i)
    if (const auto fault = fault_of((*list)[i])) return Fault{pointer_to(place, i), *fault};
  return std::nullopt;
}

std::optional<Fault> record_fault(const Value& value, bool is_relation, const std::string& place) {
  const Map* record = value.get_if<Map>();
  if (record == nullptr) return Fault{place, fmt::format("expected an object of attributes, found {}", value.kind_name())};
  for (const MapEntry& entry : *record) {
    const auto& attribute = *entry.key.get_if<std::string>();
    if (auto fault = attribute_fault(attribute, entry.value, is_relation, pointer_to(place, attribute))) return fault;
  }
  return std::nullopt;
}

class Reader {
 public:
  Reader(const ImportOptions& options, ImportReport& report) : options_(options), report_(report) {}

  Document read(const Value& json) {
    const Map* map = json.get_if<Map>();
    if (map == nullptr) throw_bad("/", fmt::format("expected an object, which a PROV-JSON document is, found {}", json.kind_name()));
    add_container(*map, "", Prefixes(), "");
    if (const Value* bundles = map->find("bundle")) read_bundles(*bundles);
    return std::move(document_);
  }

 private:
  void refuse(const std::string& place, const std::string& problem) {
    if (!options_.partial) throw_bad(place, problem);
    report_.items.push_back({Outcome::refused, place, problem});
  }

  const Map* need_map(const Value& value, const std::string& place, std::string_view what) {
    const Map* map = value.get_if<Map>();
    if (map == nullptr) refuse(place, fmt::format("expected an object of {}, found {}", what, value.kind_name()));
    return map;
  }

  void read_bundles(const Value& value) {
    const Map* bundles = need_map(value, "/bundle", "bundles");
    if (bundles == nullptr) return;
    if (bundles->size() == 0) document_.containers.front().empty_sections.emplace_back("bundle");
    const Prefixes outer = document_.containers.front().prefixes;
    for (const MapEntry& entry : *bundles) {
      const auto& name = *entry.key.get_if<std::string>();
      const std::string place = pointer_to("/bundle", name);
      if (const Map* bundle = need_map(entry.value, place, "sections")) add_container(*bundle, name, outer, place);
    }
  }

  void add_container(const Map& map, const std::string& name, Prefixes prefixes, const std::string& place) {
    document_.containers.push_back({.name = name, .prefixes = std::move(prefixes), .place = place});
    if (const Value* section = map.find("prefix")) read_prefixes(*section, pointer_to(place, "prefix"));
    for (const MapEntry& entry : map) {
      const auto& section = *entry.key.get_if<std::string>();
      if (section == "prefix" || (section == "bundle" && place.empty())) continue;
      read_section(section, entry.value, pointer_to(place, section));
    }
  }

  void read_prefixes(const Value& value, const std::string& place) {
    Container& container = document_.containers.back();
    const Map* section = need_map(value, place, "prefixes");
    if (section == nullptr) return;
    container.has_prefix_section = true;
    for (const MapEntry& entry : *section) {
      const auto& prefix = *entry.key.get_if<std::string>();
      const auto* uri = entry.value.get_if<std::string>();
      if (uri == nullptr) {
        refuse(pointer_to(place, prefix), fmt::format("expected a URI, found {}", entry.value.kind_name()));
        continue;
      }
      container.prefixes.put(prefix, *uri);
      container.prefix_section.put(prefix, *uri);
    }
  }

  void read_section(const std::string& name, const Value& value, const std::string& place) {
    Statement statement;
    statement.element = find_element_term(name);
    statement.relation = find_relation_term(name);
    if (statement.element == nullptr && statement.relation == nullptr)
      return refuse(place, fmt::format("PROV-JSON has no section \"{}\"", name));
    statement.section = statement.element != nullptr ? statement.element->section : statement.relation->section;
    statement.container = document_.containers.size() - 1;
    const Map* section = need_map(value, place, "records");
    if (section == nullptr) return;
    if (section->size() == 0) document_.containers.back().empty_sections.push_back(name);
    for (const MapEntry& entry : *section) {
      statement.name = *entry.key.get_if<std::string>();
      read_records(entry.value, pointer_to(place, statement.name), statement);
    }
  }

  // One record, or a list of those that have the same name.
  void read_records(const Value& value, const std::string& place, Statement& statement) {
    const List* several = value.get_if<List>();
    if (several == nullptr) return add_record(value, place, statement);
    for (std::size_t i = 0; i < several->size(); ++i) add_record((*several)[i], pointer_to(place, i), statement);
  }

  void add_record(const Value& value, const std::string& place, Statement& statement) {
    if (const auto fault = record_fault(value, statement.relation != nullptr, place)) return refuse(fault->place, fault->problem);
    statement.record = with_texts(*value.get_if<Map>());
    statement.place = place;
    document_.statements.push_back(statement);
  }

  const ImportOptions& options_;
  ImportReport& report_;
  Document document_;
};

}  // namespace

Document take_apart(const Value& json, const ImportOptions& options, ImportReport& report) {
  return Reader(options, report).read(json);
}

std::vector<std::string> meaning_of(const Document& document) {
  std::vector<std::string> meaning;
  for (const Statement& statement : document.statements) {
    const Prefixes& prefixes = document.prefixes_of(statement);
    const Container& container = document.containers[statement.container];
    meaning.push_back(to_json(List{container.place.empty() ? Value() : Value(expanded(container.name, prefixes)), Value(statement.section),
                                   Value(expanded(statement.name, prefixes)), Value(expanded_record(statement.record, prefixes))}));
  }
  for (const Container& container : document.containers)
    if (!container.place.empty()) meaning.push_back(to_json(Value(expanded(container.name, container.prefixes))));
  std::ranges::sort(meaning);
  return meaning;
}

}  // namespace cairn::interchange::prov
