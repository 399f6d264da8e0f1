// to_text: values as indented lines. The other form is in value_line.cpp.
#include "format/value_text.h"

#include <cairn/error.h>
#include <cairn/message.h>
#include <cairn/value_json.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "format/element_text.h"

namespace cairn {

namespace {

std::string quoted(std::string_view text, std::size_t characters_max) {
  return '"' + format::escaped_text(shortened(text, characters_max)) + '"';
}

template <class ArrayLike>
std::string array_heading(const ArrayLike& array, std::uint64_t bytes) {
  return fmt::format("{}[{}] ({})", dtype_name(array.dtype), fmt::join(array.shape, ", "), human_size(bytes));
}

std::string object_heading(const Object& object) {
  return object.class_version == 1
             ? printable(object.class_name)
             : fmt::format("{} (version {})", printable(object.class_name), object.class_version);
}

class LinesPrinter {
 public:
  LinesPrinter(std::string& text, const TextOptions& options) : text_(text), options_(options) {}

  // Writes the value behind "name:" or "-", or at the beginning of a line: scalars there, the rest below.
  void print(const Value& value, std::size_t indent, bool behind_name) {
    if (const auto* list = value.get_if<List>()) {
      if (print_heading(behind_name, list->empty() ? "[]" : "", indent)) print_list(*list, indent);
    } else if (const auto* map = value.get_if<Map>()) {
      if (print_heading(behind_name, map->size() == 0 ? "{}" : "", indent)) print_map(*map, indent);
    } else if (const auto* object = value.get_if<Object>()) {
      if (print_heading(behind_name, object_heading(*object), indent)) print_fields(*object, indent);
    } else if (const auto* tuple = value.get_if<Tuple>()) {
      if (print_heading(behind_name, tuple->elements.empty() ? "()" : "tuple", indent)) print_list(tuple->elements, indent);
    } else if (const auto* set = value.get_if<Set>()) {
      if (print_heading(behind_name, set->elements().empty() ? "empty set" : "set", indent))
        print_list(set->elements(), indent);
    } else if (const auto* lossy = value.get_if<Lossy>()) {
      if (print_heading(behind_name, "lossy, was " + printable(lossy->type()), indent))
        print_entry("rest", lossy->rest(), indent);
    } else if (const auto* message = value.get_if<Message>()) {
      print_message(*message, indent, behind_name);
    } else if (const auto* graph = value.get_if<Graph>()) {
      print_graph(*graph, indent, behind_name);
    } else {
      print_line(behind_name, scalar(value));
    }
  }

 private:
  void print_message(const Message& message, std::size_t indent, bool behind_name) try {
    const Value fields = to_value(message);
    const Object& object = *fields.get_if<Object>();
    if (print_heading(behind_name, printable(object.class_name) + " (Cap'n Proto message)", indent))
      print_fields(object, indent);
  } catch (const Error& error) {  // what is beside it is shown all the same
    print_line(behind_name, fmt::format("message of type {:016x}: {}", message.type_id(), printable(error.what())));
  }

  void print_graph(const Graph& graph, std::size_t indent, bool behind_name) {
    print(graph.root(), indent, behind_name);
    std::size_t shown = 0;
    for (const Value& shared : graph.shared()) {
      if (is_full(shown)) break;
      print_entry(fmt::format("shared {}", shown++), shared, indent);
    }
    print_rest(graph.shared().size() - shown, indent);
  }

  void print_line(bool behind_name, std::string_view line) {
    if (behind_name && !line.empty()) text_ += ' ';
    text_ += line;
    text_ += '\n';
  }

  // The first line of what has others below it. False if those are too deep: it then says so.
  bool print_heading(bool behind_name, std::string_view heading, std::size_t indent) {
    const bool is_shown = indent / 2 < options_.depth_max;
    if (!is_shown)
      print_line(behind_name, heading.empty() ? "..." : fmt::format("{} ...", heading));
    else if (behind_name || !heading.empty())
      print_line(behind_name, heading);
    return is_shown;
  }

  void print_entry(std::string_view name, const Value& value, std::size_t indent) {
    text_ += fmt::format("{}{}:", std::string(indent + 2, ' '), name);
    print(value, indent + 2, true);
  }

  bool is_full(std::size_t shown) const {
    return shown == options_.elements_max || bytes_left() == 0;
  }

  void print_list(const List& list, std::size_t indent) {
    std::size_t shown = 0;
    for (const Value& element : list) {
      if (is_full(shown)) break;
      text_ += fmt::format("{}-", std::string(indent + 2, ' '));
      print(element, indent + 2, true);
      ++shown;
    }
    print_rest(list.size() - shown, indent);
  }

  void print_map(const Map& map, std::size_t indent) {
    std::size_t shown = 0;
    for (const MapEntry& entry : map) {
      if (is_full(shown)) break;
      const std::string* name = entry.key.get_if<std::string>();
      print_entry(name != nullptr ? printable(*name) : to_json(entry.key), entry.value, indent);
      ++shown;
    }
    print_rest(map.size() - shown, indent);
  }

  // All of them: a class has not so many fields, but they may be long.
  void print_fields(const Object& object, std::size_t indent) {
    std::size_t shown = 0;
    for (const Field& field : object.fields) {
      if (bytes_left() == 0) break;
      print_entry(printable(field.name), field.value, indent);
      ++shown;
    }
    print_rest(object.fields.size() - shown, indent);
  }

  void print_rest(std::size_t count, std::size_t indent) {
    if (count != 0) text_ += fmt::format("{}... and {} more\n", std::string(indent + 2, ' '), count);
  }

  std::size_t bytes_left() const { return options_.bytes_max - std::min(options_.bytes_max, text_.size()); }
  std::size_t room() const { return std::min(options_.text_max, bytes_left()); }

  std::string scalar(const Value& value) const {
    if (const auto* text = value.get_if<std::string>()) return quoted(*text, room());
    if (const auto* bytes = value.get_if<Bytes>())
      return fmt::format("bytes ({}) {}", human_size(bytes->size()), format::hex_digits(*bytes, room() / 2));
    if (const auto* array = value.get_if<Array>())
      return fmt::format("{}: {}", array_heading(*array, array->data.size()),
                         format::elements_text(*array, options_.elements_max, bytes_left()));
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
    if (const auto* path = value.get_if<Path>()) return "path " + quoted(path->name, room());
    if (const auto* one = value.get_if<Enumerator>())
      return fmt::format("{}::{} ({})", printable(one->type()), printable(one->name()), scalar(one->value()));
    if (const auto* quantity = value.get_if<Quantity>())
      return fmt::format("{} {}", scalar(quantity->magnitude()), printable(quantity->unit()));
    if (const auto* shared = value.get_if<SharedRef>()) return fmt::format("shared {}", shared->number);
    if (const auto* name = value.get_if<Identity>())
      return fmt::format("{} in scope {}", printable(name->id), printable(name->scope));
    return to_json(value);  // null, booleans, numbers, and what is seldom inside of another
  }

  std::string& text_;
  const TextOptions& options_;
};

}  // namespace

std::string to_text(const Value& value, const TextOptions& options) {
  if (options.form == TextForm::line) return format::value_line(value, options);
  std::string text;
  LinesPrinter(text, options).print(value, 0, false);
  return text;
}

}  // namespace cairn
