// from_json: JSON in which objects of one key that begins with '$' are values of other kinds.
#include <cairn/encoder.h>
#include <cairn/error.h>
#include <cairn/value_json.h>

#include <boost/json/basic_parser_impl.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>
#include <vector>

#include "format/json_builder.h"
#include "format/json_forms.h"

namespace cairn {

namespace {

namespace json = boost::json;

// Arrays and objects around one value are at most five: {"$object": {"fields": [[name, value]]}}.
constexpr std::size_t kJsonDepthMax = 5 * kDepthMax;

class FormBuilder final : public format::JsonBuilder {
  Value object(std::vector<std::string> keys, List values) const override {
    if (keys.size() == 1 && keys[0].starts_with('$')) return format::read_json_form(keys[0], values[0]);
    Map map;
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (keys[i].starts_with('$')) throw Error(ErrorCode::invalid_argument, fmt::format("the form {} beside other keys", keys[i]));
      map.put(std::move(keys[i]), std::move(values[i]));
    }
    return map;
  }

  std::optional<Value> large_integer(std::string_view text) const override {
    std::uint64_t natural = 0;
    if (!text.starts_with('-') && std::from_chars(text.data(), text.data() + text.size(), natural).ec == std::errc()) return natural;
    auto large = BigInteger::parse(text);
    return large ? std::optional<Value>(std::move(*large)) : std::nullopt;
  }
};

// A Value may be nested less deeply than its JSON; what counts is what could be stored.
unsigned depth_of(const Value& value) {
  unsigned inner = 0;
  if (const List* list = value.get_if<List>()) {
    for (const Value& element : *list) inner = std::max(inner, depth_of(element));
  } else if (const Map* map = value.get_if<Map>()) {
    for (const MapEntry& entry : *map) inner = std::max({inner, depth_of(entry.key), depth_of(entry.value)});
  } else if (const Object* object = value.get_if<Object>()) {
    for (const Field& field : object->fields) inner = std::max(inner, depth_of(field.value));
  } else if (const Tuple* tuple = value.get_if<Tuple>()) {
    for (const Value& element : tuple->elements) inner = std::max(inner, depth_of(element));
  } else if (const Set* set = value.get_if<Set>()) {
    for (const Value& element : set->elements()) inner = std::max(inner, depth_of(element));
  } else if (const Enumerator* enumerator = value.get_if<Enumerator>()) {
    inner = depth_of(enumerator->value());
  } else if (const Quantity* quantity = value.get_if<Quantity>()) {
    inner = depth_of(quantity->magnitude());
  } else if (const Lossy* lossy = value.get_if<Lossy>()) {
    inner = depth_of(lossy->rest());
  } else if (const Graph* graph = value.get_if<Graph>()) {
    for (const Value& shared : graph->shared()) inner = std::max(inner, depth_of(shared));
    return std::max(inner, depth_of(graph->root()));
  } else {
    return 0;
  }
  return inner + 1;
}

[[noreturn]] void throw_at(std::size_t position, const std::string& problem) {
  throw Error(ErrorCode::invalid_argument, fmt::format("JSON at byte {}: {}", position, problem));
}

}  // namespace

Value from_json(std::string_view text) {
  json::parse_options options;
  options.max_depth = kJsonDepthMax;
  json::basic_parser<FormBuilder> parser(options);
  json::error_code ec;
  const std::size_t position = parser.write_some(false, text.data(), text.size(), ec);
  if (ec == json::error::too_deep) throw Error(ErrorCode::limit, fmt::format("JSON nests deeper than {}", kJsonDepthMax));
  if (ec) throw_at(position, parser.handler().problem().empty() ? ec.message() : parser.handler().problem());
  if (text.find_first_not_of(" \t\r\n", position) != std::string_view::npos) throw_at(position, "more than one value");
  Value value = parser.handler().take();
  if (depth_of(value) > kDepthMax) throw Error(ErrorCode::limit, fmt::format("values nest deeper than {}", kDepthMax));
  return value;
}

}  // namespace cairn
