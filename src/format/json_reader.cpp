// from_json: JSON in which objects of one key that begins with '$' are values of other kinds.
#include <cairn/encoder.h>
#include <cairn/error.h>
#include <cairn/plain_json.h>
#include <cairn/text.h>
#include <cairn/value_json.h>

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "format/json_forms.h"
#include "format/json_tape.h"

namespace cairn {

namespace {

using format::JsonItem;
using format::JsonKind;
using format::JsonTape;

// Arrays and objects around one value are at most five: {"$object": {"fields": [[name, value]]}}.
constexpr unsigned kJsonDepthMax = 5 * kDepthMax;
static_assert(kJsonDepthMax <= kPlainJsonDepthLimit);

/// Gives items as values, in the order of the tape.
class FormReader {
 public:
  explicit FormReader(const JsonTape& tape) : tape_(tape) {}

  Value read() {
    const std::size_t at = next_++;
    const JsonItem& item = tape_.items()[at];
    switch (item.kind()) {
      case JsonKind::null: return {};
      case JsonKind::boolean: return item.boolean();
      case JsonKind::integer: return item.integer();
      case JsonKind::large_integer: return BigInteger::parse(tape_.text(item)).value();
      case JsonKind::real: return item.real();
      case JsonKind::text:
      case JsonKind::half_pairs: return tape_.text(item);
      case JsonKind::list: return read_list(item.count());
      case JsonKind::object: break;
    }
    return item.count() == 1 && key(next_).starts_with('$') ? read_form(at) : read_map(at, item.count());
  }

 private:
  std::string_view key(std::size_t item) const { return tape_.text(tape_.items()[item]); }

  Value read_list(std::size_t count) {
    List list;
    list.reserve(count);
    for (; count > 0; --count) list.push_back(read());
    return list;
  }

  Value read_map(std::size_t at, std::size_t count) {
    Map map;
    for (; count > 0; --count) {
      const std::string_view name = key(next_++);
      if (name.starts_with('$')) refuse(at, fmt::format("the form {} beside other keys", shortened(name, kShownMax)));
      map.put(name, read());
    }
    return map;
  }

  Value read_form(std::size_t at) {
    const std::string_view tag = key(next_++);
    const Value content = read();
    try {
      return format::read_json_form(tag, content);
    } catch (const Error& error) {
      refuse(at, error.what());
    }
  }

  [[noreturn]] void refuse(std::size_t at, std::string_view problem) const {
    const std::string place = tape_.pointer(at);
    throw Error(ErrorCode::invalid_argument,
                fmt::format("JSON{}{}: {}", place.empty() ? "" : " at ", printable(place), printable(problem)));
  }

  static constexpr std::size_t kShownMax = 100;  // characters

  const JsonTape& tape_;
  std::size_t next_ = 0;
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

// What is no JSON is an argument here, not a document.
JsonTape scan(std::string_view text) {
  try {
    return {text, {.depth_max = kJsonDepthMax}};
  } catch (const Error& error) {
    if (error.code() != ErrorCode::bad_document) throw;
    throw Error(ErrorCode::invalid_argument, error.what());
  }
}

}  // namespace

Value from_json(std::string_view text) {
  const JsonTape tape = scan(text);
  Value value = FormReader(tape).read();
  if (depth_of(value) > kDepthMax) throw Error(ErrorCode::limit, fmt::format("values nest deeper than {}", kDepthMax));
  return value;
}

}  // namespace cairn
