#include "interchange/prov/record.h"

#include <cairn/error.h>
#include <cairn/value_json.h>

#include <fmt/format.h>

#include <charconv>

#include "interchange/prov/literals.h"
#include "interchange/prov/terms.h"
#include "interchange/timestamps.h"

namespace cairn::interchange::prov {
namespace {

constexpr const char* kProv = "prov";  // the attribute of nodes

std::string cairn_uri(std::string_view name) { return fmt::format("{}{}", kCairnUri, name); }

Value typed(std::string text, const char* type) { return Map{{"$", std::move(text)}, {"type", type}}; }

const std::string* text_member(const Map& map, std::string_view key) {
  const Value* value = map.find(key);
  return value == nullptr ? nullptr : value->get_if<std::string>();
}

void put_text(Map& record, const char* attribute, std::string_view text) {
  if (!text.empty()) record.put(attribute, Value(text));
}

void put_process(Map& record, const Node& node) {
  record.put("prov:startTime", format_time(node.created));
  if (!is_terminal(node.state)) return;
  record.put("prov:endTime", format_time(node.modified));
  record.put("cairn:exitStatus", typed(std::to_string(node.exit_status), "xsd:int"));
  put_text(record, "cairn:exitMessage", node.exit_message);
}

void put_content(Map& record, const Node& node) {
  if (const auto* object = std::get_if<ObjectId>(&node.content)) put_text(record, "cairn:object", object->hex());
  if (const auto* artifact = std::get_if<ArtifactId>(&node.content)) put_text(record, "cairn:artifact", artifact->hex());
  if (!std::holds_alternative<std::monostate>(node.content))
    record.put("cairn:size", typed(std::to_string(node.size_bytes), "xsd:unsignedLong"));
}

void put_names(Map& record, const Node& node) {
  List tags, names;
  for (const std::string& tag : node.tags) tags.emplace_back(tag);
  for (const Identity& name : node.unique_ids) names.emplace_back(fmt::format("{}:{}", name.scope, name.id));
  if (!tags.empty()) record.put("cairn:tag", std::move(tags));
  if (!names.empty()) record.put("cairn:uniqueId", std::move(names));
}

std::string_view native_section(const Node& node) {
  if (node.kind != NodeKind::data) return "activity";
  return node.type == "prov:Agent" ? "agent" : "entity";
}

std::optional<std::string> native_text(const Map& record, std::string_view name) {
  return first_text(record, cairn_uri(name));
}

std::vector<std::string> native_texts(const Map& record, std::string_view name) {
  std::vector<std::string> texts;
  const Value* value = record.find(std::string_view(cairn_uri(name)));
  const List* list = value == nullptr ? nullptr : value->get_if<List>();
  if (list == nullptr) return value != nullptr && value->is<std::string>() ? std::vector{*value->get_if<std::string>()} : texts;
  for (const Value& element : *list)
    if (const auto* text = element.get_if<std::string>()) texts.push_back(*text);
  return texts;
}

bool fits_kind(std::string_view section, NodeKind kind) { return (section == "activity") == (kind != NodeKind::data); }

Map native_record(const Link& link) { return Map{{"cairn:label", link.label}, {"cairn:link", link_name(link.type)}}; }

// What stands beside the attributes of a record, or of a native node.
Map bookkeeping(const Description& description) {
  Map prov{{"name", description.name}, {"prefix", prefixes_used(description.name, description.record, description.prefixes)}};
  if (!description.section.empty()) prov.put("section", description.section);
  return prov;
}

}  // namespace

std::optional<std::string> first_text(const Map& record, std::string_view attribute) {
  const Value* value = record.find(attribute);
  const List* list = value == nullptr ? nullptr : value->get_if<List>();
  if (list != nullptr) value = list->empty() ? nullptr : &list->front();
  if (value == nullptr) return std::nullopt;
  if (const auto* text = value->get_if<std::string>()) return *text;
  const Map* literal = value->get_if<Map>();
  const std::string* text = literal == nullptr ? nullptr : text_member(*literal, "$");
  return text == nullptr ? std::nullopt : std::optional(*text);
}

std::optional<Description> imported_description(const Node& node) {
  const Map* attributes = node.attributes.get_if<Map>();
  const Value* value = attributes == nullptr ? nullptr : attributes->find(kProv);
  const Map* prov = value == nullptr ? nullptr : value->get_if<Map>();
  const std::string* name = prov == nullptr ? nullptr : text_member(*prov, "name");
  const Value* prefix = prov == nullptr ? nullptr : prov->find("prefix");
  if (name == nullptr || prefix == nullptr || !prefix->is<Map>()) return std::nullopt;
  Description description;
  description.name = *name;
  for (const MapEntry& entry : *prefix->get_if<Map>())
    if (entry.key.is<std::string>() && entry.value.is<std::string>())
      description.prefixes.put(*entry.key.get_if<std::string>(), *entry.value.get_if<std::string>());
  const std::string* section = text_member(*prov, "section");
  if (section == nullptr) return description;
  description.section = *section;
  if (const Value* record = prov->find("record"); record != nullptr && record->is<Map>()) {
    description.record = with_texts(*record->get_if<Map>());
    return description;
  }
  Map record;
  for (const MapEntry& entry : *attributes)
    if (entry.key != Value(kProv)) record.put(entry.key, entry.value);
  description.record = with_texts(record);
  return description;
}

Description native_description(const Node& node) {
  Description description;
  description.section = native_section(node);
  description.name = fmt::format("cairn:{}", node.uuid.text());
  description.prefixes.put("cairn", std::string(kCairnUri));
  Map& record = description.record;
  put_text(record, "prov:label", node.label);
  put_text(record, "cairn:kind", kind_name(node.kind));
  put_text(record, "cairn:state", state_name(node.state));
  put_text(record, "cairn:type", node.type);
  put_text(record, "cairn:description", node.description);
  put_text(record, "cairn:run", node.run);
  put_text(record, "cairn:codeVersion", node.code_version);
  record.put("cairn:created", typed(format_time(node.created), "xsd:dateTime"));
  record.put("cairn:modified", typed(format_time(node.modified), "xsd:dateTime"));
  if (node.kind != NodeKind::data) put_process(record, node);
  put_content(record, node);
  put_names(record, node);
  if (!node.attributes.is<std::monostate>()) record.put("cairn:attributes", to_json(node.attributes));
  if (!node.extras.is<std::monostate>()) record.put("cairn:extras", to_json(node.extras));
  return description;
}

std::optional<Map> attributes_of(const Description& description) {
  if (description.record.find(kProv) != nullptr) return std::nullopt;
  Map attributes = with_numbers(description.record, description.prefixes);
  attributes.put(kProv, bookkeeping(description));
  return attributes;
}

Map attributes_of_name(const std::string& name, const Prefixes& prefixes) {
  return Map{{kProv, bookkeeping({.section = {}, .name = name, .prefixes = prefixes, .record = {}})}};
}

std::optional<Uuid> native_uuid(std::string_view uri) {
  return uri.starts_with(kCairnUri) ? Uuid::parse(uri.substr(kCairnUri.size())) : std::nullopt;
}

bool read_native(const Description& description, NewNode& node) {
  const Map record = expanded_record(description.record, description.prefixes);
  const auto kind = parse_kind(native_text(record, "kind").value_or(""));
  const auto state = parse_state(native_text(record, "state").value_or(""));
  const auto created = parse_time(native_text(record, "created").value_or(""));
  if (!kind || !state || !created || !fits_kind(description.section, *kind)) return false;
  NewNode read = node;
  read.kind = *kind;
  if (*kind != NodeKind::data) read.state = *state;
  read.created = created;
  read.type = native_text(record, "type").value_or("");
  read.label = first_text(record, expanded("prov:label", description.prefixes)).value_or("");
  read.description = native_text(record, "description").value_or("");
  read.code_version = native_text(record, "codeVersion").value_or("");
  read.exit_message = native_text(record, "exitMessage").value_or("");
  const std::string status = native_text(record, "exitStatus").value_or("0");
  if (std::from_chars(status.data(), status.data() + status.size(), read.exit_status).ec != std::errc()) return false;
  read.tags = native_texts(record, "tag");
  try {
    const auto attributes = native_text(record, "attributes");
    const Value own = attributes ? from_json(*attributes) : Value(Map());
    if (!own.is<Map>() || own.get_if<Map>()->find(kProv) != nullptr) return false;
    Map all = *own.get_if<Map>();
    Map prov = bookkeeping(description);
    prov.put("record", with_numbers(description.record, description.prefixes));
    all.put(kProv, std::move(prov));
    read.attributes = std::move(all);
    if (const auto extras = native_text(record, "extras")) read.extras = from_json(*extras);
  } catch (const Error&) {  // not what to_json writes
    return false;
  }
  node = std::move(read);
  return true;
}

LinkRecord link_record(const Link& link, bool is_native) {
  LinkRecord made;
  switch (link.type) {
    case LinkType::create: made = {"wasGeneratedBy", "prov:entity", "prov:activity", false, {}}; break;
    case LinkType::input: made = {"used", "prov:activity", "prov:entity", false, {}}; break;
    case LinkType::call: made = {"wasStartedBy", "prov:activity", "prov:starter", false, {}}; break;
    case LinkType::return_: made = {"wasInfluencedBy", "prov:influencee", "prov:influencer", false, {}}; break;
    case LinkType::reference:
    case LinkType::mutual: made = {"wasInfluencedBy", "prov:influencee", "prov:influencer", true, {}}; break;
  }
  const std::string_view label = link.label, section = label.substr(0, label.find("__"));
  const RelationTerm* relation = is_native || !made.source_is_subject ? nullptr : find_relation_term(section);
  if (relation != nullptr) {
    const std::string_view party = section.size() == label.size() ? std::string_view() : label.substr(section.size() + 2);
    for (const PartyTerm& term : relation->parties.subspan(1))
      if (party.empty() || term.attribute.substr(5) == party) {
        return {relation->section, relation->parties[0].attribute, term.attribute, true, {}};
      }
  }
  if (is_native || made.section == "wasInfluencedBy" || link.type == LinkType::call)
    made.record = native_record(link);
  return made;
}

LinkRecord reuse_record(const Link& link) {
  return {"wasInformedBy", "prov:informed", "prov:informant", true, native_record(link)};
}

std::optional<std::pair<LinkType, std::string>> native_link(const Map& record) {
  const auto type = parse_link(native_text(record, "link").value_or(""));
  auto label = native_text(record, "label");
  if (!type || !label) return std::nullopt;
  return std::pair(*type, std::move(*label));
}

}  // namespace cairn::interchange::prov
