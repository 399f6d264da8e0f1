#include "interchange/scalems/document.h"

#include <cairn/error.h>
#include <cairn/plain_json.h>
#include <cairn/text.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "interchange/json_reader.h"
#include "interchange/scalems/targets.h"

namespace cairn::interchange::scalems {
namespace {

constexpr std::string_view kVersion = "scalems_workflow_1";
constexpr std::array<std::string_view, 4> kForms{"workflow", "record", "records", "store"};

class Reader {
 public:
  Reader(const ImportOptions& options, ImportReport& report) : options_(options), report_(report) {}

  Document read(const Value& json) {
    if (const List* records = json.get_if<List>()) {
      document_.frame.form = Form::records;
      read_elements(*records, "", Dialect::record);
    } else if (const Map* map = json.get_if<Map>()) {
      read_map(*map);
    } else {
      throw_bad("/", fmt::format("expected an object or an array, found {}", json.kind_name()));
    }
    look_at_references();
    return std::move(document_);
  }

 private:
  void read_map(const Map& map) {
    for (const char* member : {"version", "referents", "items", "types"})
      if (map.find(member) != nullptr) return read_workflow(map);
    if (map.find("instance") != nullptr && map.find("files") != nullptr) return read_store(map);
    for (const char* member : {"type", "operation", "identity", "uid"}) {
      if (map.find(member) == nullptr) continue;
      document_.frame.form = Form::record;
      return add_element(Value(map), "", Dialect::record);
    }
    throw_bad("/", fmt::format("expected a {} document, a record with a \"type\", or the metadata of a file store", kVersion));
  }

  void read_workflow(const Map& map) {
    const Value* version = map.find("version");
    if (version == nullptr) throw_bad("/", fmt::format("a workflow document has a \"version\", which is \"{}\"", kVersion));
    if (*version != Value(kVersion)) {
      const auto* text = version->get_if<std::string>();
      throw_bad("/version",
                fmt::format("expected \"{}\", found {}", kVersion,
                            text == nullptr ? version->kind_name() : fmt::format("\"{}\"", printable(shortened(*text, 100)))));
    }
    const char* section = map.find("referents") != nullptr ? "referents" : "items";
    for (const MapEntry& entry : map) {
      const auto& name = *entry.key.get_if<std::string>();
      if (name == "types" || name == section) {
        document_.frame.sections.push_back(name);
        continue;
      }
      document_.frame.rest.put(entry.key, entry.value);
      if (name != "version") note_rest(name);
    }
    if (const Value* types = map.find("types")) read_types(*types);
    if (const Value* elements = map.find(section)) {
      const List* list = elements->get_if<List>();
      const std::string place = pointer_to("", section);
      if (list == nullptr) throw_bad(place, fmt::format("expected an array of elements, found {}", elements->kind_name()));
      read_elements(*list, place, Dialect::referent);
    }
  }

  void note_rest(const std::string& name) {
    report_.items.push_back({Outcome::opaque, pointer_to("", name), "kept with the document: the format has no such member"});
  }

  void read_types(const Value& types) {
    const Map* map = types.get_if<Map>();
    if (map == nullptr) throw_bad("/types", fmt::format("expected an object of descriptions, found {}", types.kind_name()));
    for (const MapEntry& entry : *map) {
      const auto& name = *entry.key.get_if<std::string>();
      const std::string place = pointer_to("/types", name);
      guard([&] {
        const TypeDescription& type = document_.types.emplace_back(read_type(name, entry.value, place, report_));
        document_.types_by_name.emplace(type.name, &type);
      });
    }
  }

  void read_store(const Map& map) {
    document_.frame.form = Form::store;
    for (const MapEntry& entry : map) {
      const auto& name = *entry.key.get_if<std::string>();
      if (name == "files" || name == "objects") {
        document_.frame.sections.push_back(name);
        read_stored(entry.value, name);
      } else {
        document_.frame.rest.put(entry.key, entry.value);
        if (name != "instance") note_rest(name);
      }
    }
  }

  void read_stored(const Value& section, const std::string& name) {
    const Map* map = section.get_if<Map>();
    if (map == nullptr) throw_bad(pointer_to("", name), fmt::format("expected an object, found {}", section.kind_name()));
    for (const MapEntry& entry : *map) {
      const std::string place = pointer_to(pointer_to("", name), *entry.key.get_if<std::string>());
      guard([&] {
        const bool is_file = name == "files";
        if (is_file ? !entry.value.is<std::string>() : !entry.value.is<Map>())
          throw_bad(place, fmt::format("expected {}, found {}", is_file ? "the path of a file" : "an object",
                                       entry.value.kind_name()));
        add_element(Map{{"uid", entry.key}, {is_file ? "path" : "object", entry.value}}, place, Dialect::stored);
      });
    }
  }

  void read_elements(const List& list, const std::string& place, Dialect dialect) {
    document_.elements.reserve(list.size());
    for (std::size_t i = 0; i < list.size(); ++i) {
      const std::string at = pointer_to(place, i);
      guard([&] { add_element(list[i], at, dialect); });
    }
  }

  void add_element(const Value& json, const std::string& place, Dialect dialect) {
    const std::size_t before = report_.items.size();
    try {
      document_.elements.push_back(read_element(
          json, place, dialect, [this](std::string_view name) { return document_.find_type(name); }, report_));
    } catch (const Error&) {
      report_.items.resize(before);  // of an element that does not come in
      throw;
    }
    if (dialect == Dialect::referent) note_type(document_.elements.back());
  }

  // Those of SCALE-MS itself need no description.
  void note_type(const Element& element) {
    if (element.description != nullptr || element.type.starts_with("scalems.") || !undescribed_.insert(element.type).second)
      return;
    report_.items.push_back({Outcome::unresolved, pointer_to(element.place, "type"),
                             fmt::format("the type {} is described nowhere in the document", element.type)});
  }

  // Leaves out what the body finds wrong, if that is asked for. A record alone has nothing else to come in.
  template <class Body>
  void guard(const Body& body) {
    try {
      body();
    } catch (const BadDocument& bad) {
      if (!options_.partial || document_.frame.form == Form::record) throw;
      report_.items.push_back({Outcome::refused, bad.place(), bad.problem()});
    }
  }

  void look_at_references() {
    std::vector<Element>& elements = document_.elements;
    Targets targets(elements);
    std::vector<bool> is_left_out(elements.size());
    for (std::size_t i = 0; i < elements.size(); ++i) {
      is_left_out[i] = true;
      guard([&] {
        if (const std::size_t owner = targets.owner(i); owner != i)
          throw_bad(elements[i].place, fmt::format("{} has the uid of {}", elements[i].shown(), elements[owner].shown()));
        for (Use& use : elements[i].uses) use.target = targets.find(i, use);
        is_left_out[i] = false;
      });
      if (is_left_out[i] && targets.owner(i) == i) targets.leave_out(i);
    }
    remove(is_left_out);
  }

  // References lead to none of these.
  void remove(const std::vector<bool>& is_left_out) {
    std::vector<std::size_t> numbers(is_left_out.size());
    std::vector<Element> kept;
    for (std::size_t i = 0; i < is_left_out.size(); ++i) {
      numbers[i] = kept.size();
      if (is_left_out[i]) continue;
      for (Use& use : document_.elements[i].uses) use.target.element = numbers[use.target.element];
      kept.push_back(std::move(document_.elements[i]));
    }
    document_.elements = std::move(kept);
  }

  const ImportOptions& options_;
  ImportReport& report_;
  Document document_;
  std::set<std::string> undescribed_;
};

}  // namespace

std::string_view form_name(Form form) { return kForms[static_cast<std::size_t>(form)]; }

Form parse_form(std::string_view name) {
  const auto found = std::ranges::find(kForms, name);
  if (found == kForms.end())
    throw Error(ErrorCode::internal, fmt::format("form {} of a SCALE-MS document: there is none", name));
  return static_cast<Form>(found - kForms.begin());
}

bool Frame::has(std::string_view section) const { return std::ranges::find(sections, section) != sections.end(); }

Value assembled(const Frame& frame, const Map& types, const std::vector<Map>& records) {
  if (frame.form == Form::record) return records.at(0);
  List list(records.begin(), records.end());
  if (frame.form == Form::records) return list;
  Map document = frame.rest;
  if (frame.form == Form::store) {
    Map files, objects;
    for (const Map& record : records)
      for (const MapEntry& entry : record)
        if (entry.key != Value("uid")) (entry.key == Value("path") ? files : objects).put(*record.find("uid"), entry.value);
    if (frame.has("files")) document.put("files", std::move(files));
    if (frame.has("objects")) document.put("objects", std::move(objects));
    return document;
  }
  if (frame.has("types")) document.put("types", types);
  for (const char* section : {"referents", "items"})
    if (frame.has(section)) document.put(section, list);
  return document;
}

const TypeDescription* Document::find_type(std::string_view name) const {
  const auto found = types_by_name.find(name);
  return found == types_by_name.end() ? nullptr : found->second;
}

Value Document::json() const {
  Map descriptions;
  for (const TypeDescription& type : types) descriptions.put(type.name, type.description);
  std::vector<Map> records;
  for (const Element& element : elements) records.push_back(element.record);
  return assembled(frame, descriptions, records);
}

Document take_apart(const Value& json, const ImportOptions& options, ImportReport& report) {
  return Reader(options, report).read(json);
}

}  // namespace cairn::interchange::scalems
