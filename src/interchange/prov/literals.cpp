#include "interchange/prov/literals.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>

namespace cairn::interchange::prov {
namespace {

constexpr std::array<std::string_view, 13> kIntegers{
    "int",           "integer",       "long",          "short",           "byte",
    "unsignedInt",   "unsignedLong",  "unsignedShort", "unsignedByte",    "nonNegativeInteger",
    "nonPositiveInteger", "positiveInteger", "negativeInteger"};
constexpr std::array<std::string_view, 2> kReals{"double", "float"};

std::string real_text(double real) {
  std::string text = fmt::format("{}", real);
  if (std::isfinite(real) && text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

std::optional<std::string> text_of(const Value& value) {
  if (const bool* flag = value.get_if<bool>()) return *flag ? "true" : "false";
  if (const auto* integer = value.get_if<std::int64_t>()) return std::to_string(*integer);
  if (const auto* natural = value.get_if<std::uint64_t>()) return std::to_string(*natural);
  if (const auto* large = value.get_if<BigInteger>()) return large->text();
  if (const double* real = value.get_if<double>()) return real_text(*real);
  return std::nullopt;
}

template <class Number>
std::optional<Value> parse_number(const std::string& text) {
  Number number{};
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  return read.ec == std::errc() && read.ptr == end ? std::optional<Value>(number) : std::nullopt;
}

// The number or boolean that a text of this type is written from; empty if there is none.
std::optional<Value> parse_text(const std::string& text, std::string_view type) {
  if (!type.starts_with(kXsdUri)) return std::nullopt;
  type.remove_prefix(kXsdUri.size());
  std::optional<Value> parsed;
  if (std::ranges::find(kIntegers, type) != kIntegers.end())
    parsed = parse_number<std::int64_t>(text);
  else if (std::ranges::find(kReals, type) != kReals.end())
    parsed = parse_number<double>(text);
  else if (type == "boolean" && (text == "true" || text == "false"))
    parsed = Value(text == "true");
  return parsed && text_of(*parsed) == text ? parsed : std::nullopt;
}

// Calls `change` with each typed literal.
template <class Change>
Value changed(const Value& value, const Change& change) {
  if (const List* list = value.get_if<List>()) {
    List elements;
    elements.reserve(list->size());
    for (const Value& element : *list) elements.push_back(changed(element, change));
    return elements;
  }
  const Map* literal = value.get_if<Map>();
  if (literal == nullptr || literal->find("$") == nullptr) return value;
  Map copy = *literal;
  if (std::optional<Value> content = change(*literal)) copy.put("$", std::move(*content));
  return copy;
}

template <class Change>
Map changed_literals(const Map& record, const Change& change) {
  Map result;
  for (const MapEntry& entry : record) result.put(entry.key, changed(entry.value, change));
  return result;
}

}  // namespace

Map with_texts(const Map& record) {
  return changed_literals(record, [](const Map& literal) -> std::optional<Value> {
    if (std::optional<std::string> text = text_of(*literal.find("$"))) return Value(std::move(*text));
    return std::nullopt;
  });
}

Map with_numbers(const Map& record, const Prefixes& prefixes) {
  return changed_literals(record, [&](const Map& literal) -> std::optional<Value> {
    const auto* text = literal.find("$")->get_if<std::string>();
    const Value* type = literal.find("type");
    const auto* name = type == nullptr ? nullptr : type->get_if<std::string>();
    return text == nullptr || name == nullptr ? std::nullopt : parse_text(*text, expanded(*name, prefixes));
  });
}

}  // namespace cairn::interchange::prov
