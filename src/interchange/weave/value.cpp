#include "interchange/weave/value.h"

#include <fmt/format.h>

#include <utility>

#include "interchange/json_reader.h"

namespace cairn::interchange::weave {
namespace {

constexpr std::size_t kFieldsMax = 65'535;  // of a class
constexpr std::size_t kUriBytesMax = 1024;  // of a unique id

const std::string* class_of(const Map& map) {
  const Value* type = map.find(kTypeKey);
  const auto* name = type == nullptr ? nullptr : type->get_if<std::string>();
  return name == nullptr || name->empty() || map.size() > kFieldsMax ? nullptr : name;
}

Map plain_map(const Map& map) {
  Map plain;
  for (const MapEntry& entry : map) plain.put(entry.key, plain_value(entry.value));
  return plain;
}

Map plain_record(const Object& record) {
  Map plain;
  for (const Field& field : record.fields) plain.put(field.name, plain_value(field.value));
  plain.put(kTypeKey, record.class_name);
  return plain;
}

}  // namespace

Value ValueReader::read(const Value& plain, const std::string& place, const std::string& path, Mentions& found) {
  start_ = place;
  path_ = path;
  steps_.clear();
  found_ = &found;
  return read_value(plain);
}

Value ValueReader::read_value(const Value& plain) {
  if (const auto* text = plain.get_if<std::string>()) return read_text(*text);
  if (const Map* map = plain.get_if<Map>()) return read_map(*map);
  const List* list = plain.get_if<List>();
  if (list == nullptr) return plain;
  List read;
  read.reserve(list->size());
  steps_.emplace_back(std::size_t{0});
  for (std::size_t i = 0; i < list->size(); ++i) {
    steps_.back() = i;
    read.push_back(read_value((*list)[i]));
  }
  steps_.pop_back();
  return read;
}

Value ValueReader::read_text(const std::string& text) {
  if (options_.references_as_text || !looks_like_ref(text)) return text;
  std::string problem;
  std::optional<Ref> ref = parse_ref(text, problem);
  if (ref && (text.size() > kUriBytesMax || text.find('\0') != std::string::npos)) {
    ref.reset();
    problem = fmt::format("it is longer than {} bytes, or has a NUL", kUriBytesMax);
  }
  if (!ref) {
    const std::string what = fmt::format("{} begins as a reference, and is none: {}", text, problem);
    if (!options_.partial) throw_bad(place(), what);
    report_.items.push_back({Outcome::altered, place(), what + ": it stays text"});
    return text;
  }
  if (!ref->doubt.empty())
    report_.items.push_back(
        {Outcome::opaque, place(), fmt::format("{}, which Weave's server refuses: kept as it is", ref->doubt)});
  found_->refs.push_back({std::move(*ref), text, place(), label()});
  return Identity{kScope, text};
}

Value ValueReader::read_map(const Map& map) {
  const std::string* name = class_of(map);
  if (name != nullptr && *name == kCustomType) note_files(map);
  note_loss(map);
  Object record;
  Map read;
  steps_.emplace_back(std::size_t{0});
  for (const MapEntry& entry : map) {
    const auto& key = *entry.key.get_if<std::string>();
    if (name != nullptr && key == kTypeKey) continue;
    steps_.back() = std::string_view(key);
    Value value = read_value(entry.value);
    if (name != nullptr)
      record.fields.push_back({key, std::move(value)});
    else
      read.put(key, std::move(value));
  }
  steps_.pop_back();
  if (name == nullptr) return read;
  record.class_name = *name;
  return record;
}

void ValueReader::note_files(const Map& custom) {
  const Value* value = custom.find("files");
  const Map* files = value == nullptr ? nullptr : value->get_if<Map>();
  if (files == nullptr) return;
  const std::string outer = label(), at = pointer_to(pointer(), "files");
  for (const MapEntry& entry : *files) {
    const auto& name = *entry.key.get_if<std::string>();
    if (const auto* digest = entry.value.get_if<std::string>())
      found_->files.push_back({*digest, pointer_to(at, name), outer.empty() ? name : outer});
  }
}

// Weave's server puts an error in place of what is too large for its database.
void ValueReader::note_loss(const Map& map) {
  const Value* notice = map.find("_weave");
  const Map* about = notice == nullptr ? nullptr : notice->get_if<Map>();
  const Value* error = about == nullptr ? nullptr : about->find("error");
  if (error != nullptr && error->is<std::string>())
    report_.items.push_back(
        {Outcome::opaque, place(), fmt::format("Weave has not kept this value, and says {}", *error->get_if<std::string>())});
}

std::string ValueReader::pointer() const {
  std::string pointer = start_;
  for (const Step& step : steps_) pointer = std::visit([&](const auto& one) { return pointer_to(pointer, one); }, step);
  return pointer;
}

std::string ValueReader::place() const {
  const std::string place = pointer();
  return place.empty() ? "/" : place;
}

std::string ValueReader::label() const {
  std::string label = path_;
  for (const Step& step : steps_)
    if (const auto* key = std::get_if<std::string_view>(&step)) label += fmt::format("{}{}", label.empty() ? "" : "__", *key);
  return label;
}

Value plain_value(const Value& value) {
  if (const auto* name = value.get_if<Identity>()) return name->id;
  if (const Map* map = value.get_if<Map>()) return plain_map(*map);
  if (const Object* record = value.get_if<Object>()) return plain_record(*record);
  const List* list = value.get_if<List>();
  if (list == nullptr) return value;
  List plain;
  plain.reserve(list->size());
  for (const Value& element : *list) plain.push_back(plain_value(element));
  return plain;
}

}  // namespace cairn::interchange::weave
