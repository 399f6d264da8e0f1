#include "interchange/scalems/element.h"

#include <cairn/plain_json.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "interchange/json_reader.h"
#include "interchange/scalems/fingerprint.h"
#include "interchange/scalems/shapes.h"
#include "interchange/scalems/uses.h"

namespace cairn::interchange::scalems {
namespace {

constexpr std::array<std::string_view, 6> kHeadings{"identity", "label", "operation", "shape", "type", "uid"};

class Reader {
 public:
  Reader(Element& element, Dialect dialect, ImportReport& report) : element_(element), dialect_(dialect), report_(report) {}

  void read(const std::function<const TypeDescription*(std::string_view)>& find_type) {
    read_uid();
    if (dialect_ == Dialect::stored) return read_stored();
    read_type(find_type);
    read_label();
    if (is_of_code()) check_members();
    check_names();
    check_shapes();
    element_.is_process = is_process();
    element_.uses = uses_of(element_, report_);
  }

 private:
  std::string place_of(std::string_view member) const { return pointer_to(element_.place, member); }
  void note(Outcome outcome, std::string_view member, std::string what) {
    report_.items.push_back({outcome, place_of(member), std::move(what)});
  }

  // True for a record as the code of SCALE-MS writes it, which is stricter than the specification.
  bool is_of_code() const {
    const Map& record = element_.record;
    return dialect_ == Dialect::record && record.find("uid") == nullptr && record.find("operation") == nullptr;
  }

  void check_members() const {
    for (const char* member : {"shape", "data"})
      if (element_.record.find(member) == nullptr) throw_bad(element_.place, fmt::format("a record has a \"{}\"", member));
  }

  void read_uid() {
    const Map& record = element_.record;
    const char* key = record.find("uid") != nullptr ? "uid" : "identity";
    const Value* value = record.find(key);
    const bool is_absent = value == nullptr || (dialect_ == Dialect::record && value->is<std::monostate>());
    if (is_absent && record.find("operation") != nullptr && dialect_ == Dialect::record) return make_uid();
    if (is_absent && dialect_ == Dialect::record) return;
    if (is_absent) throw_bad(element_.place, "an element has a \"uid\"");
    const auto* text = value->get_if<std::string>();
    if (text == nullptr) throw_bad(place_of(key), fmt::format("expected the text of a uid, found {}", value->kind_name()));
    Parsed<Uid> parsed = parse_uid(*text);
    if (!parsed) throw_bad(place_of(key), fmt::format("the uid \"{}\", {}", *text, parsed.fault));
    if (!parsed.value.is_global)
      note(Outcome::altered, key, fmt::format("{} abbreviates a uid: it names the element within this document alone", *text));
    element_.uid = std::move(parsed.value);
  }

  // Nodes of the branch that has fingerprints are named by theirs.
  void make_uid() {
    const Map& record = element_.record;
    const Value *operation = record.find("operation"), *input = record.find("input"), *depends = record.find("depends");
    if (!operation->is<List>())
      throw_bad(place_of("operation"), fmt::format("expected an array of names, found {}", operation->kind_name()));
    if (input == nullptr || !(input->is<Map>() || input->is<std::string>()))
      throw_bad(element_.place, "a node has an \"input\", an object or a reference");
    if (depends != nullptr && !depends->is<List>())
      throw_bad(place_of("depends"), fmt::format("expected an array of references, found {}", depends->kind_name()));
    element_.uid = Uid{fingerprint(*operation, *input, depends == nullptr ? Value(List()) : *depends), true};
  }

  void read_type(const std::function<const TypeDescription*(std::string_view)>& find_type) {
    const char* key = element_.record.find("type") != nullptr || dialect_ == Dialect::referent ? "type" : "operation";
    const Value* value = element_.record.find(key);
    if (value == nullptr) throw_bad(element_.place, "an element has a \"type\"");
    Parsed<std::string> parsed = type_name(*value);
    if (!parsed) throw_bad(place_of(key), parsed.fault);
    element_.type = std::move(parsed.value);
    element_.description = find_type(element_.type);
  }

  void read_label() {
    const Value* value = element_.record.find("label");
    if (value == nullptr || value->is<std::monostate>()) return;
    const auto* text = value->get_if<std::string>();
    if (text == nullptr)
      throw_bad(place_of("label"), fmt::format("expected the text of a label, found {}", value->kind_name()));
    if (const auto parsed = parse_label(*text); !parsed)
      throw_bad(place_of("label"), fmt::format("the label \"{}\", {}", *text, parsed.fault));
    if (*text == "None")
      note(Outcome::altered, "label", "the code of SCALE-MS writes so that there is none: the node has no label");
    else
      element_.label = *text;
  }

  void check_names() const {
    if (dialect_ != Dialect::referent) return;
    for (const MapEntry& entry : element_.record) {
      const auto& name = *entry.key.get_if<std::string>();
      if (const auto parsed = parse_label(name); !parsed)
        throw_bad(place_of(name), fmt::format("the name of a member, {}", parsed.fault));
    }
  }

  void check_shapes() {
    const Value *shape = element_.record.find("shape"), *data = element_.record.find("data");
    if (shape != nullptr) {
      const Sizes sizes = is_of_code() ? Sizes::integers : Sizes::integers_and_constraints;
      if (const std::string fault = shape_fault(*shape, sizes); !fault.empty()) throw_bad(place_of("shape"), fault);
      // A reference has the shape of what it refers to, and null is no data yet.
      if (data != nullptr && !data->is<std::string>() && !data->is<std::monostate>()) compare(*data, *shape, place_of("shape"));
    }
    if (element_.description == nullptr) return;
    const Map* in_data = data == nullptr ? nullptr : data->get_if<Map>();
    for (const MapEntry& entry : in_data == nullptr ? element_.record : *in_data) check_field(entry, in_data != nullptr);
  }

  void check_field(const MapEntry& entry, bool is_in_data) {
    const auto& name = *entry.key.get_if<std::string>();
    if (!is_in_data && (is_heading(name) || name == "data")) return;
    const std::string place = pointer_to(is_in_data ? place_of("data") : element_.place, name);
    const Map* field = element_.description->find_field(name);
    if (field == nullptr)
      report_.items.push_back({Outcome::opaque, place, fmt::format("{} has no such field", element_.type)});
    else if (entry.value.is<List>())
      compare(entry.value, *field->find("shape"), place);
  }

  void compare(const Value& data, const Value& shape, std::string place) {
    if (has_shape(data, *shape.get_if<List>())) return;
    report_.items.push_back({Outcome::opaque, std::move(place),
                             fmt::format("the shape is {} by its description, {} by the data: both are kept",
                                         compact_json(shape), shape_text(data))});
  }

  bool is_process() const {
    const Element& element = element_;
    if (element.description != nullptr) return element.description->is_of_processes();
    if (element.find_member("result") != nullptr) return true;
    const Value *input = element.find_member("input"), *depends = element.record.find("depends");
    if (input == nullptr) return false;
    if (!element.is_node()) return true;
    // A node whose input is its data alone makes nothing of anything.
    const Map* inputs = input->get_if<Map>();
    const bool is_constant = inputs != nullptr && inputs->size() == 1 && inputs->find("data") != nullptr;
    return !is_constant || (depends != nullptr && !depends->get_if<List>()->empty());
  }

  void read_stored() {
    const bool is_file = element_.record.find("path") != nullptr;
    element_.type = is_file ? "scalems.File" : "scalems.Object";
    if (is_file)
      report_.items.push_back(
          {Outcome::unresolved, element_.place, "the document has the path of the file alone, not its bytes"});
  }

  Element& element_;
  const Dialect dialect_;
  ImportReport& report_;
};

// Texts that are references, each in its one spelling.
Value with_meanings(const Value& value) {
  if (const auto* text = value.get_if<std::string>()) {
    const auto parsed = parse_reference(*text);
    return parsed && parsed.value.uid ? Value(meaning_of(parsed.value)) : value;
  }
  const Map* map = value.get_if<Map>();
  if (map == nullptr) return value;
  Map changed;
  for (const MapEntry& entry : *map) changed.put(entry.key, with_meanings(entry.value));
  return changed;
}

Value without_result(Value data) {
  const Map* map = data.get_if<Map>();
  if (map == nullptr || map->find("result") == nullptr) return data;
  Map rest;
  for (const MapEntry& entry : *map)
    if (entry.key != Value("result")) rest.put(entry.key, entry.value);
  return rest;
}

}  // namespace

std::string Element::shown() const {
  const std::string name = uid ? uid->name : "without a uid";
  return label.empty() ? fmt::format("{} ({})", place, name) : fmt::format("{} ({}, \"{}\")", place, name, label);
}

const Value* Element::find_member(std::string_view name) const {
  if (const Value* member = record.find(name)) return member;
  const Value* data = record.find("data");
  const Map* map = data == nullptr ? nullptr : data->get_if<Map>();
  return map == nullptr ? nullptr : map->find(name);
}

Element read_element(const Value& json, const std::string& place, Dialect dialect,
                     const std::function<const TypeDescription*(std::string_view)>& find_type, ImportReport& report) {
  const Map* record = json.get_if<Map>();
  if (record == nullptr) throw_bad(place, fmt::format("expected an object, which an element is, found {}", json.kind_name()));
  Element element{.record = *record, .place = place};
  Reader(element, dialect, report).read(find_type);
  return element;
}

Value meaning_of(const Element& element) {
  Map meaning{{"", element.type}};
  for (const MapEntry& entry : element.record) {
    const auto& name = *entry.key.get_if<std::string>();
    if (name == "shape" || name == "object") meaning.put(entry.key, entry.value);
    if (is_heading(name) || name == "object" || name == "result" || name == "path") continue;
    if (element.is_node() && name != "input" && (name != "depends" || entry.value == Value(List()))) continue;
    Value member = with_meanings(entry.value);
    if (name == "data" && element.is_process) member = without_result(std::move(member));
    meaning.put(entry.key, std::move(member));
  }
  return meaning;
}

bool is_heading(std::string_view member) { return std::ranges::find(kHeadings, member) != kHeadings.end(); }

}  // namespace cairn::interchange::scalems
