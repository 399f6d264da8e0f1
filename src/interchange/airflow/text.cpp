#include "interchange/airflow/text.h"

#include <fmt/format.h>

#include <string_view>

#include "interchange/airflow/wire.h"

namespace cairn::interchange::airflow {
namespace {

std::string printed(const Value& value);

// As Python prints text within something else.
std::string quoted(std::string_view text) {
  const char quote = text.find('\'') != std::string_view::npos && text.find('"') == std::string_view::npos ? '"' : '\'';
  std::string out(1, quote);
  for (const char c : text) {
    if (c == quote || c == '\\')
      (out += '\\') += c;
    else if (c == '\n' || c == '\r' || c == '\t')
      (out += '\\') += c == '\n' ? 'n' : c == '\r' ? 'r' : 't';
    else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)
      out += fmt::format("\\x{:02x}", static_cast<unsigned>(c));
    else
      out += c;
  }
  return out + quote;
}

std::string primitive_text(const Value& value) {
  if (value.is<std::monostate>()) return "None";
  if (const bool* flag = value.get_if<bool>()) return *flag ? "True" : "False";
  if (const auto* integer = value.get_if<std::int64_t>()) return fmt::format("{}", *integer);
  if (const auto* natural = value.get_if<std::uint64_t>()) return fmt::format("{}", *natural);
  if (const auto* large = value.get_if<BigInteger>()) return large->text();
  if (const auto* real = value.get_if<double>()) {
    const std::string text = fmt::format("{}", *real);
    return text.find_first_of(".en") == std::string::npos ? text + ".0" : text;
  }
  return name_of(value).value_or("");
}

std::string printed_list(const List& list) {
  std::string text = "[";
  for (const Value& element : list) text += (text.size() > 1 ? ", " : "") + printed(element);
  return text + "]";
}

std::string printed_dict(const Object& members) {
  std::string text = "{";
  for (const Field& member : members.fields)
    text += (text.size() > 1 ? ", " : "") + quoted(member.name) + ": " + printed(member.value);
  return text + "}";
}

// Of a value that is not looked into.
std::string printed(const Value& value) {
  if (const List* list = value.get_if<List>()) return printed_list(*list);
  if (const Object* members = members_of(value)) return printed_dict(*members);
  const auto name = name_of(value);
  return name ? quoted(*name) : primitive_text(value);
}

// Not within something else.
std::string shown(const Value& value) {
  if (auto text = object_text(value)) return *text;
  const bool is_whole = value.is<List>() || members_of(value) != nullptr;
  return is_whole ? printed(value) : primitive_text(value);
}

std::string data_text(const Value& data) {
  std::string text;
  if (data.is<List>()) {
    for (const char byte : printed(data)) {
      const bool begins_letter = (static_cast<unsigned char>(byte) & 0xC0) != 0x80;
      if (begins_letter && !text.empty()) text += ',';
      text += byte;
    }
  } else if (const Object* members = members_of(data)) {
    for (const Field& member : members->fields) text += (text.empty() ? "" : ",") + member.name + "=" + shown(member.value);
  } else if (!data.is<std::monostate>()) {
    text = primitive_text(data);
  }
  return text;
}

std::string elements_text(const Value& data) {
  std::string text;
  if (const List* list = data.get_if<List>())
    for (const Value& element : *list) {
      if (&element != list->data()) text += ',';
      text += name_of(element) ? primitive_text(element) : printed(element);
    }
  return "(" + text + ")";
}

// Text of Python may hold them, text of UTF-8 not. In the form of UTF-8 each is of three bytes, the first of them 0xED.
std::string without_surrogates(std::string text) {
  for (std::size_t at = text.find('\xED'); at != std::string::npos; at = text.find('\xED', at + 1))
    if (at + 1 < text.size() && static_cast<unsigned char>(text[at + 1]) >= 0xA0) text.replace(at, 3, "\uFFFD");
  return text;
}

}  // namespace

std::optional<std::string> object_text(const Value& wire) {
  const Object* members = members_of(wire);
  if (members == nullptr) return std::nullopt;
  const Shape shape = shape_of(*members);
  if (shape != Shape::object && shape != Shape::old_object) return std::nullopt;
  const bool is_old = shape == Shape::old_object;
  const Value* class_name = members->find(is_old ? kOldType : kClassName);
  const Value* data = members->find(is_old ? kOldData : kData);
  static const Value kNothing;
  if (data == nullptr) data = &kNothing;
  if (*class_name == Value("builtins.tuple") || *class_name == Value("builtins.set") ||
      *class_name == Value("builtins.frozenset"))
    return without_surrogates(elements_text(*data));
  const std::string version = is_old ? "0" : primitive_text(*members->find(kVersion));
  return without_surrogates(fmt::format("{}@version={}({})", primitive_text(*class_name), version, data_text(*data)));
}

}  // namespace cairn::interchange::airflow
