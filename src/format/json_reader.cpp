// from_json: a Boost.JSON parser whose events build a Value. Numbers are read from their text with std::from_chars,
// because the parser's own doubles are not always the nearest and its large integers silently become doubles.
#include <cairn/encoder.h>
#include <cairn/error.h>
#include <cairn/value_json.h>

#include <boost/json/basic_parser_impl.hpp>
#include <fmt/format.h>

#include <charconv>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "format/json_forms.h"

namespace cairn {

namespace {

namespace json = boost::json;
using json::error_code;
using json::string_view;

// Arrays and objects around one value are at most five: {"$object": {"fields": [[name, value]]}}.
constexpr std::size_t kJsonDepthMax = 5 * kDepthMax;

/// What has been read of a list or object that is still open.
struct OpenValue {
  bool is_object = false;
  List elements;  // of an object: the values
  std::vector<std::string> keys;
  std::unordered_set<std::string> known;  // the same keys
};

/// Receives the parser's events. The member functions are those it asks for.
class JsonHandler {
 public:
  static constexpr std::size_t max_array_size = SIZE_MAX;
  static constexpr std::size_t max_object_size = SIZE_MAX;
  static constexpr std::size_t max_string_size = SIZE_MAX;
  static constexpr std::size_t max_key_size = SIZE_MAX;

  Value take() { return std::move(result_); }
  /// What this handler found wrong; empty if the parser itself stopped.
  const std::string& problem() const { return problem_; }

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_array_begin(error_code&) {
    open_.emplace_back();
    return true;
  }
  bool on_array_end(std::size_t, error_code&) {
    List elements = std::move(open_.back().elements);
    open_.pop_back();
    return add(std::move(elements));
  }
  bool on_object_begin(error_code&) {
    open_.emplace_back();
    open_.back().is_object = true;
    return true;
  }
  bool on_object_end(std::size_t, error_code& ec) {
    OpenValue object = std::move(open_.back());
    open_.pop_back();
    try {
      return add(close_object(std::move(object)));
    } catch (const Error& error) {
      return refuse(error.what(), ec);
    }
  }
  bool on_string_part(string_view part, std::size_t, error_code&) { return append(part); }
  bool on_string(string_view part, std::size_t, error_code&) {
    append(part);
    return add(Value(std::exchange(text_, {})));
  }
  bool on_key_part(string_view part, std::size_t, error_code&) { return append(part); }
  bool on_key(string_view part, std::size_t, error_code& ec) {
    append(part);
    OpenValue& object = open_.back();
    if (!object.known.insert(text_).second) return refuse(fmt::format("the key \"{}\" is there twice", text_), ec);
    object.keys.push_back(std::exchange(text_, {}));
    return true;
  }
  bool on_number_part(string_view part, error_code&) { return append(part); }
  bool on_int64(std::int64_t, string_view part, error_code& ec) { return add_number(part, ec); }
  bool on_uint64(std::uint64_t, string_view part, error_code& ec) { return add_number(part, ec); }
  bool on_double(double, string_view part, error_code& ec) { return add_number(part, ec); }
  bool on_bool(bool value, error_code&) { return add(Value(value)); }
  bool on_null(error_code&) { return add(Value()); }
  bool on_comment_part(string_view, error_code&) { return true; }
  bool on_comment(string_view, error_code&) { return true; }

 private:
  bool append(string_view part) {
    text_.append(part.data(), part.size());
    return true;
  }

  bool refuse(std::string problem, error_code& ec) {
    problem_ = std::move(problem);
    ec = json::error::syntax;  // any: problem_ is what counts
    return false;
  }

  bool add(Value value) {
    if (open_.empty())
      result_ = std::move(value);
    else
      open_.back().elements.push_back(std::move(value));
    return true;
  }

  bool add_number(string_view part, error_code& ec) {
    append(part);
    const std::string text = std::exchange(text_, {});
    const char *begin = text.data(), *end = begin + text.size();
    if (text.find_first_of(".eE") != std::string::npos) {
      double real = 0;
      const auto read = std::from_chars(begin, end, real);
      if (read.ec == std::errc() && read.ptr == end) return add(real);
      return refuse(fmt::format("the real {} is out of the range of a double", text), ec);
    }
    std::int64_t integer = 0;
    if (std::from_chars(begin, end, integer).ec == std::errc()) return add(integer);
    std::uint64_t natural = 0;
    if (text.front() != '-' && std::from_chars(begin, end, natural).ec == std::errc()) return add(natural);
    if (auto large = BigInteger::parse(text)) return add(Value(std::move(*large)));
    return refuse(fmt::format("{} is no number", text), ec);
  }

  static Value close_object(OpenValue object) {
    if (object.keys.size() == 1 && object.keys[0].starts_with('$'))
      return format::read_json_form(object.keys[0], object.elements[0]);
    Map map;
    for (std::size_t i = 0; i < object.keys.size(); ++i) {
      if (object.keys[i].starts_with('$'))
        throw Error(ErrorCode::invalid_argument, fmt::format("the form {} beside other keys", object.keys[i]));
      map.put(std::move(object.keys[i]), std::move(object.elements[i]));
    }
    return map;
  }

  Value result_;
  std::vector<OpenValue> open_;
  std::string text_;  // of the string, key or number that is being read
  std::string problem_;
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
  json::basic_parser<JsonHandler> parser(options);
  error_code ec;
  const std::size_t position = parser.write_some(false, text.data(), text.size(), ec);
  if (ec == json::error::too_deep) throw Error(ErrorCode::limit, fmt::format("JSON nests deeper than {}", kJsonDepthMax));
  if (ec) throw_at(position, parser.handler().problem().empty() ? ec.message() : parser.handler().problem());
  if (text.find_first_not_of(" \t\r\n", position) != std::string_view::npos) throw_at(position, "more than one value");
  Value value = parser.handler().take();
  if (depth_of(value) > kDepthMax) throw Error(ErrorCode::limit, fmt::format("values nest deeper than {}", kDepthMax));
  return value;
}

}  // namespace cairn
