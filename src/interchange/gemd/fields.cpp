#include "interchange/gemd/fields.h"

#include <cairn/error.h>
#include <cairn/plain_json.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "interchange/json_writer.h"

namespace cairn::interchange::gemd {
namespace {

// What is deeper than this in a part becomes one of its own, or text: less than values of the store may nest.
constexpr unsigned kDepthMax = 64;
constexpr std::size_t kTypeBytesMax = 1000;
constexpr std::size_t kPlaceBytesMost = std::size_t{256} << 20;

constexpr std::array<std::string_view, 6> kOrigins{"computed",  "measured", "predicted",
                                                   "specified", "summary",  "unknown"};
constexpr std::array<std::string_view, 4> kSampleTypes{"experimental", "production", "unknown", "virtual"};

bool is_nested(const Value& value) {
  return value.is<List>() || value.is<Map>();
}

bool is_finite(const Value& value) {
  const double* real = value.get_if<double>();
  return real == nullptr ? is_number(value) : std::isfinite(*real);
}

bool is_whole(const Value& value) {
  const double* real = value.get_if<double>();
  return is_finite(value) && (real == nullptr || *real == std::floor(*real));
}

std::string names_of(Types types) {
  std::string names;
  for (const TypeTerm& term : type_terms())
    if ((types & bit(term.type)) != 0) names += fmt::format("{}{}", names.empty() ? "" : ", ", term.name);
  return names;
}

std::string found(const Value& value) {
  const Map* map = value.get_if<Map>();
  const Value* type = map == nullptr ? nullptr : map->find("type");
  const auto* text = type == nullptr ? nullptr : type->get_if<std::string>();
  return text == nullptr ? std::string(value.kind_name()) : *text;
}

// As gemd reads names of enumerations.
std::string folded(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || (text.front() >= '\t' && text.front() <= '\r')))
    text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || (text.back() >= '\t' && text.back() <= '\r')))
    text.remove_suffix(1);
  std::string result(text);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return result;
}

}  // namespace

bool is_number(const Value& value) {
  return value.is<std::int64_t>() || value.is<std::uint64_t>() || value.is<BigInteger>() ||
         value.is<double>() || value.is<bool>();
}

bool nests_deeper(const Value& value, unsigned levels) {
  if (!is_nested(value)) return false;
  if (levels == 0) return true;
  if (const List* list = value.get_if<List>())
    return std::ranges::any_of(*list,
                               [&](const Value& element) { return nests_deeper(element, levels - 1); });
  return std::ranges::any_of(*value.get_if<Map>(),
                             [&](const MapEntry& entry) { return nests_deeper(entry.value, levels - 1); });
}

bool is_typed(const Value& value) {
  const Map* map = value.get_if<Map>();
  return map != nullptr && map->find("type") != nullptr;
}

void PartReader::read() {
  const Value& value = *document_.parts[number_].value;
  const Path path;
  if (!is_typed(value)) return visit(value, path, 0);
  const Map& map = *value.get_if<Map>();
  const auto* type = map.find("type")->get_if<std::string>();
  if (type == nullptr)
    fail(path, fmt::format("expected the name of a type, found {}", map.find("type")->kind_name()));
  const TypeTerm* term = find_type_term(*type);
  if (term != nullptr && term->type == Type::link_by_uid) return read_link(map, path, 0);
  const Value* uids = map.find("uids");
  if (term == nullptr && number_ == 0) visit_unknown(value, *type, path);
  if (term == nullptr && (type->size() > kTypeBytesMax || type->find('\0') != std::string::npos))
    fail(path, "the name of its type is too long, or has a NUL");
  if (term == nullptr || term->is_entity()) {
    entity_ = document_.entities.size();
    document_.parts[number_].entity = entity_;
    document_.entities.push_back({.term = term, .type = *type, .part = number_});
  }
  if (term != nullptr) return read_object(map, *term, path, 0);
  static const std::string kUids = "uids";
  if (uids != nullptr) read_uids(*uids, {&path, &kUids});
  visit_entries(map, path, 0);
}

void PartReader::visit(const Value& value, const Path& path, unsigned depth) {
  if (!is_nested(value)) return;
  if (is_typed(value)) return visit_object(value, path, depth, 0);
  if (depth >= kDepthMax) return cut(value, path);
  if (const List* list = value.get_if<List>()) return visit_elements(*list, path, depth);
  visit_entries(*value.get_if<Map>(), path, depth);
}

void PartReader::visit_elements(const List& list, const Path& path, unsigned depth) {
  for (std::size_t i = 0; i < list.size(); ++i) visit(list[i], {&path, nullptr, i}, depth + 1);
}

void PartReader::visit_entries(const Map& map, const Path& path, unsigned depth) {
  for (const MapEntry& entry : map) visit(entry.value, {&path, entry.key.get_if<std::string>()}, depth + 1);
}

// An object inside of the part, where one of the types may be; 0: any.
void PartReader::visit_object(const Value& value, const Path& path, unsigned depth, Types wanted) {
  const Map& map = *value.get_if<Map>();
  const auto* type = map.find("type")->get_if<std::string>();
  if (type == nullptr)
    fail(path, fmt::format("expected the name of a type, found {}", map.find("type")->kind_name()));
  const TypeTerm* term = find_type_term(*type);
  if (term == nullptr) return visit_unknown(value, *type, path);
  if (term->type == Type::link_by_uid) return read_link(map, path, wanted);
  if (!has_entity()) {
    add_part(value, path);
  } else if (term->is_entity()) {
    add_link({.pointer = path.pointer(), .label = path.label(), .nested = add_part(value, path)});
  } else if (depth >= kDepthMax) {
    cut(value, path);
  } else {
    read_object(map, *term, path, depth);
  }
}

void PartReader::visit_unknown(const Value& value, const std::string& type, const Path& path) {
  if (!options_.partial) fail(path, fmt::format("no type of GEMD is called \"{}\"", type));
  note(path, fmt::format("no type of GEMD is called \"{}\": it is kept as it is", type));
  if (path.outer == nullptr) return;  // it is read by itself
  if (uids_in(*value.get_if<Map>()).empty()) {
    if (nests_deeper(value, kDepthMax)) keep_as_text(value, path);
    return;
  }
  const std::size_t part = add_part(value, path);
  if (has_entity()) add_link({.pointer = path.pointer(), .label = path.label(), .nested = part});
}

void PartReader::read_object(const Map& map, const TypeTerm& term, const Path& path, unsigned depth) {
  std::size_t required = 0;
  for (const MapEntry& entry : map) {
    const auto& key = *entry.key.get_if<std::string>();
    if (key == "type") continue;
    const Path inner{&path, &key};
    const FieldTerm* field = find_field_term(term, key);
    if (field == nullptr) {
      note(inner, fmt::format("a {} has no field \"{}\": it is kept as it is", term.name, key));
      visit(entry.value, inner, depth + 1);
      continue;
    }
    required += field->required ? 1u : 0u;
    read_field(*field, entry.value, inner, depth + 1);
  }
  if (required == static_cast<std::size_t>(std::ranges::count(term.fields, true, &FieldTerm::required)))
    return;
  for (const FieldTerm& field : term.fields)
    if (const std::string name(field.name); field.required && map.find(field.name) == nullptr)
      fail({&path, &name}, fmt::format("a {} needs a field \"{}\"", term.name, name));
}

void PartReader::read_field(const FieldTerm& field, const Value& value, const Path& path, unsigned depth) {
  switch (field.form) {
    case Form::any:
      return visit(value, path, depth);
    case Form::texts:
      return read_texts(value, path);
    case Form::uids:
      return read_uids(value, path);
    case Form::one:
      return read_one(field, value, path, depth);
    case Form::optional_one:
      return value.is<std::monostate>() ? void() : read_one(field, value, path, depth);
    case Form::many:
    case Form::ranges:
      return read_many(field, value, path, depth);
    case Form::quantities:
      if (!is_nested(value) && !value.is<std::monostate>())
        fail(path, fmt::format("expected quantities, found {}", found(value)));
      return visit(value, path, depth);
    default:
      return check_scalar(field, value, path);
  }
}

void PartReader::read_one(const FieldTerm& field, const Value& value, const Path& path, unsigned depth) {
  const bool may_be_link = (field.types & entity_types()) != 0;
  const Map* map = value.get_if<Map>();
  const Value* type = map == nullptr ? nullptr : map->find("type");
  const auto* name = type == nullptr ? nullptr : type->get_if<std::string>();
  const TypeTerm* term = name == nullptr ? nullptr : find_type_term(*name);
  const bool is_unknown = name != nullptr && term == nullptr;  // an error of its own
  const bool fits = term != nullptr && ((bit(term->type) & field.types) != 0 ||
                                        (may_be_link && term->type == Type::link_by_uid));
  if (!fits && !is_unknown)
    fail(path, fmt::format("expected {}{}, found {}", names_of(field.types), may_be_link ? " or a link" : "",
                           found(value)));
  visit_object(value, path, depth, field.types & entity_types());
}

void PartReader::read_many(const FieldTerm& field, const Value& value, const Path& path, unsigned depth) {
  if (value.is<std::monostate>()) return;
  const auto read = field.form == Form::ranges ? &PartReader::read_range : &PartReader::read_one;
  const List* list = value.get_if<List>();
  if (list == nullptr) return (this->*read)(field, value, path, depth);
  for (std::size_t i = 0; i < list->size(); ++i)
    (this->*read)(field, (*list)[i], {&path, nullptr, i}, depth + 1);
}

// A template, or a pair of it and its bounds; a list of just these two is such a pair, too.
void PartReader::read_range(const FieldTerm& field, const Value& value, const Path& path, unsigned depth) {
  static const FieldTerm kBounds = *find_field_term(*find_type_term("property_template"), "bounds");
  const List* pair = value.get_if<List>();
  if (pair == nullptr) {
    const FieldTerm either{field.name, Form::one, field.types | kBounds.types};
    return read_one(either, value, path, depth);
  }
  if (pair->size() != 2)
    fail(path, fmt::format("expected a template and its bounds, found a list of {}", pair->size()));
  read_one(field, pair->front(), {&path, nullptr, 0}, depth + 1);
  if (!pair->back().is<std::monostate>()) read_one(kBounds, pair->back(), {&path, nullptr, 1}, depth + 1);
}

void PartReader::read_texts(const Value& value, const Path& path) {
  if (value.is<std::monostate>() || value.is<std::string>()) return;
  const List* list = value.get_if<List>();
  if (list == nullptr) fail(path, fmt::format("expected a list of texts, found {}", found(value)));
  for (std::size_t i = 0; i < list->size(); ++i)
    if (!(*list)[i].is<std::string>())
      fail({&path, nullptr, i}, fmt::format("expected text, found {}", found((*list)[i])));
}

void PartReader::read_uids(const Value& value, const Path& path) {
  const List* pair = value.get_if<List>();
  const Map* map = value.get_if<Map>();
  if (pair != nullptr && pair->size() == 2) return add_uid(pair->front(), pair->back(), path);
  if (map == nullptr && !value.is<std::monostate>())
    fail(path, fmt::format("expected ids by scope, found {}", found(value)));
  if (map == nullptr) return;
  for (const MapEntry& entry : *map)
    add_uid(entry.key, entry.value, {&path, entry.key.get_if<std::string>()});
}

void PartReader::add_uid(const Value& scope, const Value& id, const Path& path) {
  auto uid = uid_of(&scope, &id);
  if (!uid)
    fail(path, fmt::format("expected a scope and an id that is text or a number, found {}", found(id)));
  std::vector<Uid>& uids = document_.entities[entity_].uids;
  const std::string scope_key = Uid{uid->scope, ""}.key();
  for (const Uid& other : uids)
    if (Uid{other.scope, ""}.key() == scope_key)
      fail(path, fmt::format("the scope \"{}\" is there already, as \"{}\"", uid->scope, other.scope));
  uids.push_back(std::move(*uid));
}

void PartReader::read_link(const Map& map, const Path& path, Types wanted) {
  for (const MapEntry& entry : map) {
    const auto& key = *entry.key.get_if<std::string>();
    if (key != "type" && key != "scope" && key != "id")
      note({&path, &key}, fmt::format("a link_by_uid has no field \"{}\": it is kept as it is", key));
  }
  for (const std::string key : {"scope", "id"})
    if (map.find(std::string_view(key)) == nullptr)
      fail({&path, &key}, fmt::format("a link_by_uid needs a field \"{}\"", key));
  auto uid = uid_in(map);
  if (!uid) fail(path, "expected a scope that is text, and an id that is text or a number");
  add_link({.pointer = path.pointer(), .label = path.label(), .wanted = wanted, .uid = std::move(*uid)});
}

void PartReader::check_scalar(const FieldTerm& field, const Value& value, const Path& path) {
  const auto expect = [&](bool holds, std::string_view what) {
    if (!holds) fail(path, fmt::format("expected {}, found {}", what, found(value)));
  };
  switch (field.form) {
    case Form::text:
      return expect(value.is<std::string>(), "text");
    case Form::optional_text:
      return expect(value.is<std::string>() || value.is<std::monostate>(), "text or null");
    case Form::number:
      return expect(is_number(value), "a number");
    case Form::finite:
      return expect(is_finite(value), "a finite number");
    case Form::whole:
      return expect(is_whole(value), "an integer");
    case Form::origin:
    case Form::sample_type:
      expect(value.is<std::string>(), "text");
      return check_choice(field, value, path);
    default:
      break;
  }
  if (const Map* map = value.get_if<Map>()) {
    for (const MapEntry& entry : *map)
      if (!is_number(entry.value)) fail({&path, entry.key.get_if<std::string>()}, "expected a number");
    return;
  }
  expect(value.is<std::string>() || value.is<std::monostate>(), "probabilities");
}

void PartReader::check_choice(const FieldTerm& field, const Value& value, const Path& path) {
  const auto& text = *value.get_if<std::string>();
  const auto among = [&](const auto& names) { return std::ranges::find(names, folded(text)) != names.end(); };
  if (field.form == Form::origin ? among(kOrigins) : among(kSampleTypes)) return;
  note(path, fmt::format("\"{}\" is no {}: it is kept as it is", text,
                         field.form == Form::origin ? "origin" : "sample type"));
}

// Long keys with many objects behind each would take more memory than the document does.
void PartReader::count_place(std::size_t bytes) {
  document_.place_bytes += bytes;
  if (document_.place_bytes > kPlaceBytesMost)
    throw Error(ErrorCode::limit,
                fmt::format("the places of its objects take more than {} bytes", kPlaceBytesMost));
}

std::size_t PartReader::add_part(const Value& value, const Path& path) {
  Part part{.value = &value, .outer = number_, .steps = path.steps()};
  for (const std::string& step : part.steps) count_place(step.size());
  part.depth = has_entity() ? 0 : document_.parts[number_].depth + static_cast<unsigned>(part.steps.size());
  if (part.depth > kDepthMax) {
    part.is_cut = true;
    part.depth = 0;
  }
  document_.parts.push_back(std::move(part));
  return document_.parts.size() - 1;
}

void PartReader::add_link(LinkUse link) {
  count_place(link.pointer.size());
  if (has_entity())
    document_.entities[entity_].links.push_back(std::move(link));
  else
    document_.parts[number_].links.push_back(std::move(link));
}

// What nests too deep for the store.
void PartReader::cut(const Value& value, const Path& path) {
  if (has_entity()) {
    note(path, fmt::format("it nests deeper than {} levels: it is kept as text", kDepthMax));
    return keep_as_text(value, path);
  }
  Part& part = document_.parts[add_part(value, path)];
  part.is_cut = true;
  part.depth = 0;
}

void PartReader::keep_as_text(const Value& value, const Path& path) {
  document_.parts[number_].spellings.push_back(
      {path.steps(), Value(Tuple{{Value(json_line(value, Nonfinite::bare))}})});
}

std::string PartReader::place_of(const Path& path) const {
  return document_.place_of(number_) + path.pointer();
}

void PartReader::fail(const Path& path, std::string problem) const {
  throw Fault{place_of(path), std::move(problem)};
}

void PartReader::note(const Path& path, std::string what) {
  std::string place = place_of(path);
  count_place(place.size() + what.size());
  report_.items.push_back({Outcome::opaque, std::move(place), std::move(what)});
}

}  // namespace cairn::interchange::gemd
