#include "values.h"

#include <cairn/error.h>
#include <cairn/value_json.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <cmath>

namespace cairn::cli {
namespace {

bool is_plain_map(const Map& map) {
  return std::ranges::all_of(map, [](const MapEntry& entry) {
    const std::string* key = entry.key.get_if<std::string>();
    return key != nullptr && !key->starts_with('$');
  });
}

boost::json::value map_document(const Map& map) {
  if (is_plain_map(map)) {
    boost::json::object document;
    for (const MapEntry& entry : map) document.emplace(*entry.key.get_if<std::string>(), value_document(entry.value));
    return document;
  }
  boost::json::array entries;
  for (const MapEntry& entry : map)
    entries.push_back(boost::json::array{value_document(entry.key), value_document(entry.value)});
  return {{"$map", std::move(entries)}};
}

boost::json::value object_document(const Object& object) {
  boost::json::array fields;
  for (const Field& field : object.fields) {
    boost::json::array parts{boost::json::string(field.name), value_document(field.value)};
    const bool has_codec = !field.codec.empty();
    if (has_codec || field.type != Field().type) parts.push_back(boost::json::string(field.type));
    if (has_codec) parts.push_back(boost::json::string(field.codec));
    fields.push_back(std::move(parts));
  }
  return {
      {"$object", {{"class", object.class_name}, {"version", object.class_version}, {"fields", std::move(fields)}}}};
}

boost::json::array list_document(const List& list) {
  boost::json::array document;
  for (const Value& element : list) document.push_back(value_document(element));
  return document;
}

// The forms of value_json.h that have values inside.
std::optional<boost::json::value> form_document(const Value& value) {
  if (const auto* tuple = value.get_if<Tuple>()) return {{{"$tuple", list_document(tuple->elements)}}};
  if (const auto* set = value.get_if<Set>()) return {{{"$set", list_document(set->elements())}}};
  if (const auto* complex = value.get_if<std::complex<double>>())
    return {{{"$complex", list_document({Value(complex->real()), Value(complex->imag())})}}};
  if (const auto* one = value.get_if<Enumerator>())
    return {{{"$enum", {{"type", one->type()}, {"name", one->name()}, {"value", value_document(one->value())}}}}};
  if (const auto* quantity = value.get_if<Quantity>())
    return {{{"$quantity", {{"magnitude", value_document(quantity->magnitude())}, {"unit", quantity->unit()}}}}};
  if (const auto* lossy = value.get_if<Lossy>())
    return {{{"$lossy", {{"type", lossy->type()}, {"rest", value_document(lossy->rest())}}}}};
  if (const auto* graph = value.get_if<Graph>())
    return {{{"$graph", {{"shared", list_document(graph->shared())}, {"root", value_document(graph->root())}}}}};
  return std::nullopt;
}

}  // namespace

Value bytes_value(std::string_view content) {
  const auto* first = reinterpret_cast<const std::byte*>(content.data());
  return Bytes(first, first + content.size());
}

std::optional<std::string> file_content(const Value& value) {
  if (const auto* text = value.get_if<std::string>()) return *text;
  if (const auto* bytes = value.get_if<Bytes>())
    return std::string(reinterpret_cast<const char*>(bytes->data()), bytes->size());
  return std::nullopt;
}

// Walks the value rather than parsing what to_json wrote, because Boost 1.81 parses some reals one bit off.
boost::json::value value_document(const Value& value) {
  if (const auto* real = value.get_if<double>(); real != nullptr && std::isfinite(*real)) return *real;
  if (const auto* map = value.get_if<Map>()) return map_document(*map);
  if (const auto* object = value.get_if<Object>()) return object_document(*object);
  if (const auto* list = value.get_if<List>()) return list_document(*list);
  if (auto document = form_document(value)) return std::move(*document);
  return boost::json::parse(to_json(value));
}

}  // namespace cairn::cli
