#include "values.h"

#include <cairn/error.h>
#include <cairn/value_json.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "elements.h"
#include "output.h"
#include "text.h"

namespace cairn::cli {
namespace {

std::string quoted(std::string_view text, std::size_t characters_max) {
  std::string escaped;
  for (const char c : fit(text, characters_max)) {
    if (c == '"' || c == '\\') escaped += '\\';
    if (c == '\n')
      escaped += "\\n";
    else
      escaped += c;
  }
  return '"' + printable(escaped) + '"';
}

std::string hex(const Bytes& bytes, std::size_t bytes_max) {
  std::string digits;
  for (std::size_t i = 0; i < std::min(bytes.size(), bytes_max); ++i)
    digits += fmt::format("{:02x}", std::to_integer<unsigned>(bytes[i]));
  return bytes.size() > bytes_max ? digits + "..." : digits;
}

template <class ArrayLike>
std::string array_heading(const ArrayLike& array, std::uint64_t bytes) {
  return fmt::format("{}[{}] ({})", dtype_name(array.dtype), fmt::join(array.shape, ", "), human_size(bytes));
}

class Printer {
 public:
  Printer(std::string& text, const ValueTextOptions& options) : text_(text), options_(options) {}

  // Writes the value behind "name:" or "-", or at the beginning of a line: scalars there, the rest below.
  void print(const Value& value, std::size_t indent, bool behind_name) {
    if (const auto* list = value.get_if<List>()) {
      print_heading(behind_name, list->empty() ? "[]" : "");
      print_list(*list, indent);
    } else if (const auto* map = value.get_if<Map>()) {
      print_heading(behind_name, map->size() == 0 ? "{}" : "");
      print_map(*map, indent);
    } else if (const auto* object = value.get_if<Object>()) {
      print_heading(behind_name, object_heading(*object));
      for (const Field& field : object->fields) print_entry(printable(field.name), field.value, indent);
    } else if (const auto* tuple = value.get_if<Tuple>()) {
      print_heading(behind_name, tuple->elements.empty() ? "()" : "tuple");
      print_list(tuple->elements, indent);
    } else if (const auto* set = value.get_if<Set>()) {
      print_heading(behind_name, set->elements().empty() ? "empty set" : "set");
      print_list(set->elements(), indent);
    } else if (const auto* message = value.get_if<Message>()) {
      print_message(*message, indent, behind_name);
    } else if (const auto* lossy = value.get_if<Lossy>()) {
      print_heading(behind_name, "lossy, was " + printable(lossy->type()));
      print_entry("rest", lossy->rest(), indent);
    } else {
      print_heading(behind_name, scalar(value));
    }
  }

 private:
  static std::string object_heading(const Object& object) {
    return object.class_version == 1
               ? printable(object.class_name)
               : fmt::format("{} (version {})", printable(object.class_name), object.class_version);
  }

  void print_heading(bool behind_name, std::string_view heading) {
    if (!behind_name && heading.empty()) return;
    if (behind_name && !heading.empty()) text_ += ' ';
    text_ += heading;
    text_ += '\n';
  }

  void print_entry(std::string_view name, const Value& value, std::size_t indent) {
    text_ += fmt::format("{}{}:", std::string(indent + 2, ' '), name);
    print(value, indent + 2, true);
  }

  void print_message(const Message& message, std::size_t indent, bool behind_name) try {
    const Value fields = to_value(message);
    const Object& object = *fields.get_if<Object>();
    print_heading(behind_name, printable(object.class_name) + " (Cap'n Proto message)");
    for (const Field& field : object.fields) print_entry(printable(field.name), field.value, indent);
  } catch (const Error& error) {  // what is beside it is shown all the same
    print_heading(behind_name, fmt::format("message of type {:016x}: {}", message.type_id(), printable(error.what())));
  }

  void print_list(const List& list, std::size_t indent) {
    for (std::size_t i = 0; i < std::min(list.size(), options_.elements_max); ++i) {
      text_ += fmt::format("{}-", std::string(indent + 2, ' '));
      print(list[i], indent + 2, true);
    }
    print_rest(list.size(), indent);
  }

  void print_map(const Map& map, std::size_t indent) {
    std::size_t shown = 0;
    for (const MapEntry& entry : map) {
      if (shown++ == options_.elements_max) break;
      const std::string* name = entry.key.get_if<std::string>();
      print_entry(name != nullptr ? printable(*name) : to_json(entry.key), entry.value, indent);
    }
    print_rest(map.size(), indent);
  }

  void print_rest(std::size_t size, std::size_t indent) {
    if (size > options_.elements_max)
      text_ += fmt::format("{}... and {} more\n", std::string(indent + 2, ' '), size - options_.elements_max);
  }

  std::string scalar(const Value& value) const {
    if (const auto* text = value.get_if<std::string>()) return quoted(*text, options_.text_max);
    if (const auto* bytes = value.get_if<Bytes>())
      return fmt::format("bytes ({}) {}", human_size(bytes->size()), hex(*bytes, options_.text_max / 2));
    if (const auto* array = value.get_if<Array>())
      return fmt::format("{}: {}", array_heading(*array, array->data.size()),
                         elements_text(*array, options_.elements_max));
    if (const auto* array = value.get_if<StoredArray>()) return array_heading(*array, array->size_bytes);
    if (const auto* object = value.get_if<ObjectId>()) return "object " + object->hex();
    if (const auto* artifact = value.get_if<ArtifactId>()) return "artifact " + artifact->hex();
    if (const auto* node = value.get_if<NodeRef>()) return "node " + node->node.text();
    if (const auto* integer = value.get_if<BigInteger>()) return integer->text();
    if (const auto* decimal = value.get_if<Decimal>()) return "decimal " + decimal->text();
    if (const auto* date = value.get_if<Date>()) return date->text();
    if (const auto* time = value.get_if<TimeOfDay>()) return time->text();
    if (const auto* time = value.get_if<DateTime>()) return time->text();
    if (const auto* duration = value.get_if<Duration>()) return duration->text();
    if (const auto* uuid = value.get_if<Uuid>()) return uuid->text();
    if (const auto* path = value.get_if<Path>()) return "path " + quoted(path->name, options_.text_max);
    if (const auto* one = value.get_if<Enumerator>())
      return fmt::format("{}::{} ({})", printable(one->type()), printable(one->name()), scalar(one->value()));
    if (const auto* quantity = value.get_if<Quantity>())
      return fmt::format("{} {}", scalar(quantity->magnitude()), printable(quantity->unit()));
    if (const auto* name = value.get_if<Identity>())
      return fmt::format("{} in scope {}", printable(name->id), printable(name->scope));
    return to_json(value);  // null, booleans, numbers, and what is seldom inside of another
  }

  std::string& text_;
  const ValueTextOptions& options_;
};

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
  for (const Field& field : object.fields)
    fields.push_back(boost::json::array{boost::json::string(field.name), value_document(field.value)});
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

std::string value_text(const Value& value, const ValueTextOptions& options) {
  std::string text;
  Printer(text, options).print(value, 0, false);
  return text;
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
