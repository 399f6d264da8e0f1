#include "interchange/scalems/uses.h"

#include <cairn/plain_json.h>

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "interchange/json_reader.h"
#include "interchange/labels.h"

namespace cairn::interchange::scalems {
namespace {

// A link's label for a member: its name, with "_" for what a label cannot have.
std::string label_of(std::string_view member) {
  std::string label(member);
  for (char& c : label)
    if (c == '-') c = '_';
  const std::size_t first = label.find_first_not_of('_');
  if (first == std::string::npos) return "member";
  return label.substr(first, label.find_last_not_of('_') - first + 1);
}

class Collector {
 public:
  Collector(const Element& element, ImportReport& report) : element_(element), report_(report) {}

  std::vector<Use> run() {
    for (const MapEntry& entry : element_.record) {
      const auto& name = *entry.key.get_if<std::string>();
      if (is_heading(name)) continue;
      const std::string place = pointer_to(element_.place, name);
      if (name == "depends" && element_.is_node())
        collect_depends(entry.value, place);
      else if (name == "data" || (name == "input" && element_.is_node()))
        collect_data(name, entry.value, place);
      else
        collect_member(name, entry.value, place);
    }
    return std::move(uses_);
  }

 private:
  bool is_referent() const { return element_.record.find("uid") != nullptr; }

  void collect_member(const std::string& name, const Value& value, const std::string& place) {
    const Map* field = element_.description == nullptr ? nullptr : element_.description->find_field(name);
    const bool is_result = name == "result" && element_.is_process;
    if (const auto* text = value.get_if<std::string>())
      collect_text(label_of(name), *text, place, field, is_referent() ? Certainty::certain : Certainty::possible, is_result);
    else if (const Map* map = value.get_if<Map>())
      collect_map(label_of(name), *map, place, is_result);
  }

  // The data of a record has its members, or is text of the type of the whole. The input of a node may be a reference.
  void collect_data(const std::string& member, const Value& value, const std::string& place) {
    if (const auto* text = value.get_if<std::string>()) {
      const bool is_text = element_.type == "scalems.String";
      add_if_reference(member, *text, place,
                       is_text              ? Certainty::text
                       : element_.is_node() ? Certainty::certain
                                            : Certainty::possible,
                       false);
    }
    const Map* map = value.get_if<Map>();
    if (map == nullptr) return;
    for (const MapEntry& entry : *map) {
      const auto& name = *entry.key.get_if<std::string>();
      const Map* field = element_.description == nullptr ? nullptr : element_.description->find_field(name);
      const bool is_result = name == "result" && element_.is_process;
      const std::string inner = pointer_to(place, name);
      if (const auto* text = entry.value.get_if<std::string>())
        collect_text(label_of(name), *text, inner, field, Certainty::possible, is_result);
      else if (const Map* members = entry.value.get_if<Map>())
        collect_map(label_of(name), *members, inner, is_result);
    }
  }

  void collect_map(const std::string& label, const Map& map, const std::string& place, bool is_result) {
    for (const MapEntry& entry : map) {
      const auto& name = *entry.key.get_if<std::string>();
      const std::string inner = pointer_to(place, name), inner_label = fmt::format("{}__{}", label, label_of(name));
      if (const auto* text = entry.value.get_if<std::string>())
        add_if_reference(inner_label, *text, inner, Certainty::possible, is_result);
      else if (const Map* members = entry.value.get_if<Map>())
        collect_map(inner_label, *members, inner, is_result);
    }
  }

  void collect_depends(const Value& value, const std::string& place) {
    const List* list = value.get_if<List>();
    for (std::size_t i = 0; list != nullptr && i < list->size(); ++i)
      if (const auto* text = (*list)[i].get_if<std::string>())
        add_if_reference("depends", *text, pointer_to(place, i), Certainty::certain, false);
  }

  void collect_text(const std::string& label, const std::string& text, const std::string& place, const Map* field,
                    Certainty certainty, bool is_result) {
    if (field != nullptr && is_of_text(*field)) certainty = Certainty::text;
    if (add_if_reference(label, text, place, certainty, is_result) || certainty != Certainty::certain) return;
    const std::string problem = fmt::format("the reference \"{}\", {}", text, parse_reference(text).fault);
    if (field != nullptr) throw_bad(place, problem);
    report_.items.push_back({Outcome::opaque, place, problem + ": kept as text, since no type says what it is"});
  }

  bool add_if_reference(const std::string& label, const std::string& text, const std::string& place, Certainty certainty,
                        bool is_result) {
    Parsed<Reference> parsed = parse_reference(text);
    if (!parsed || (!parsed.value.uid && certainty != Certainty::certain)) return false;
    uses_.push_back({label_or(label, "member"), std::move(parsed.value), text, place, certainty, is_result});
    return true;
  }

  const Element& element_;
  ImportReport& report_;
  std::vector<Use> uses_;
};

}  // namespace

std::vector<Use> uses_of(const Element& element, ImportReport& report) { return Collector(element, report).run(); }

}  // namespace cairn::interchange::scalems
