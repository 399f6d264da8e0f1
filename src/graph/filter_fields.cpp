#include "graph/filter_fields.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

namespace cairn::graph::filter {
namespace {

constexpr std::array<FieldRow, 19> kRows = {{
    {FilterField::id, "id", FieldType::id, Cost::record},
    {FilterField::kind, "kind", FieldType::kind, Cost::record},
    {FilterField::type, "type", FieldType::text, Cost::record},
    {FilterField::state, "state", FieldType::state, Cost::record},
    {FilterField::label, "label", FieldType::text, Cost::record},
    {FilterField::description, "description", FieldType::text, Cost::record},
    {FilterField::run, "run", FieldType::text, Cost::record},
    {FilterField::created, "created", FieldType::time, Cost::record},
    {FilterField::modified, "modified", FieldType::time, Cost::record},
    {FilterField::exit_status, "exit_status", FieldType::number, Cost::record},
    {FilterField::exit_message, "exit_message", FieldType::text, Cost::record},
    {FilterField::code_version, "code_version", FieldType::text, Cost::record},
    {FilterField::content, "content", FieldType::content, Cost::record},
    {FilterField::size, "size", FieldType::number, Cost::record},
    {FilterField::tag, "tag", FieldType::names, Cost::names},
    {FilterField::group, "group", FieldType::names, Cost::names},
    {FilterField::uid, "uid", FieldType::names, Cost::names},
    {FilterField::attributes, "attributes", FieldType::values, Cost::values},
    {FilterField::extras, "extras", FieldType::values, Cost::values},
}};

constexpr std::string_view kTimeExample = "a time such as 2026-03-01T12:00:00Z, 2026-03-01 or now-7d";

bool is_equality(Comparison comparison) {
  return comparison == Comparison::equal || comparison == Comparison::not_equal;
}

// The text of a FilterValue; null if it is something else.
const std::string* text_of(const FilterValue& value) {
  const auto* plain = std::get_if<Value>(&value.storage());
  return plain == nullptr ? nullptr : plain->get_if<std::string>();
}

template <class Result>
std::optional<Operand> as_operand(const std::optional<Result>& result) {
  return result ? std::optional<Operand>(*result) : std::nullopt;
}

std::optional<Operand> id_operand(const FilterValue& value) {
  if (const std::string* text = text_of(value)) return as_operand(Uuid::parse(*text));
  const auto* plain = std::get_if<Value>(&value.storage());
  if (plain == nullptr) return std::nullopt;
  if (const auto* node = plain->get_if<NodeRef>()) return node->node;
  const auto* uuid = plain->get_if<Uuid>();
  return uuid == nullptr ? std::nullopt : std::optional<Operand>(*uuid);
}

std::optional<Operand> kind_operand(const FilterValue& value) {
  if (const std::string* text = text_of(value)) return as_operand(parse_kind(*text));
  const auto* kind = std::get_if<NodeKind>(&value.storage());
  return kind == nullptr ? std::nullopt : std::optional<Operand>(*kind);
}

std::optional<Operand> state_operand(const FilterValue& value) {
  if (const std::string* text = text_of(value)) return as_operand(parse_state(*text));
  const auto* state = std::get_if<NodeState>(&value.storage());
  return state == nullptr ? std::nullopt : std::optional<Operand>(*state);
}

std::optional<Operand> content_operand(const FilterValue& value) {
  if (const std::string* text = text_of(value)) return as_operand(Digest::parse(*text));
  const auto* plain = std::get_if<Value>(&value.storage());
  if (plain == nullptr) return std::nullopt;
  if (const auto* object = plain->get_if<ObjectId>()) return object->digest;
  const auto* artifact = plain->get_if<ArtifactId>();
  return artifact == nullptr ? std::nullopt : std::optional<Operand>(artifact->digest);
}

std::optional<Operand> text_operand(const FilterValue& value) {
  const std::string* text = text_of(value);
  return text == nullptr ? std::nullopt : std::optional<Operand>(Value(*text));
}

std::optional<Operand> number_operand(const FilterValue& value) {
  const auto* plain = std::get_if<Value>(&value.storage());
  if (plain == nullptr) return std::nullopt;
  if (plain->is<std::int64_t>() || plain->is<std::uint64_t>() || plain->is<BigInteger>()) return *plain;
  const auto* real = plain->get_if<double>();
  if (real == nullptr) return std::nullopt;
  // A NaN has one spelling, whatever its bits: it compares false anyway.
  return Value(std::isnan(*real) ? std::numeric_limits<double>::quiet_NaN() : *real);
}

// Moments that are not written as text.
std::optional<Operand> moment_operand(const FilterValue& value) {
  if (const auto* time = std::get_if<Timestamp>(&value.storage())) return instant_of(*time);
  if (const auto* time = std::get_if<FromNow>(&value.storage())) {
    const bool is_written = time->offset <= kFromNowMax && time->offset >= -kFromNowMax;
    return is_written ? std::optional<Operand>(*time) : std::nullopt;
  }
  const auto* plain = std::get_if<Value>(&value.storage());
  return plain == nullptr ? std::nullopt : as_operand(instant_of(*plain));
}

std::optional<Operand> time_operand(const FilterValue& value) {
  const std::string* text = text_of(value);
  if (text == nullptr) return moment_operand(value);
  if (const auto time = parse_from_now(*text)) return *time;
  return as_operand(parse_instant(*text));
}

std::optional<Operand> attribute_operand(const FilterValue& value) {
  const auto* plain = std::get_if<Value>(&value.storage());
  if (plain != nullptr && (plain->is<std::monostate>() || plain->is<bool>() || plain->is<std::string>()))
    return *plain;
  const std::optional<Operand> number = number_operand(value);
  return number ? number : moment_operand(value);
}

}  // namespace

std::span<const FieldRow> field_rows() {
  return kRows;
}

const FieldRow& row_of(FilterField field) {
  return kRows.at(static_cast<std::size_t>(field));
}

std::optional<FilterField> find_field(std::string_view name) {
  const auto* const row = std::ranges::find(kRows, name, &FieldRow::name);
  return row == kRows.end() ? std::nullopt : std::optional(row->field);
}

std::string field_names() {
  std::string names;
  for (const FieldRow& row : kRows) {
    if (!names.empty()) names += &row == &kRows.back() ? " and " : ", ";
    names += row.name;
  }
  return names;
}

std::string_view comparison_text(Comparison comparison) {
  static constexpr std::array<std::string_view, 7> kTexts = {"=", "!=", "<", "<=", ">", ">=", "~"};
  return kTexts.at(static_cast<std::size_t>(comparison));
}

std::string comparison_fault(FieldType type, Comparison comparison) {
  switch (type) {
    case FieldType::id:
    case FieldType::kind:
    case FieldType::state:
    case FieldType::content:
      return is_equality(comparison) ? "" : "=, !=, in or exists";
    case FieldType::number:
    case FieldType::time:
      return comparison != Comparison::matches ? "" : "=, !=, <, <=, >, >=, in or exists";
    case FieldType::names:
      if (comparison == Comparison::equal || comparison == Comparison::matches) return "";
      return "=, ~, in or exists (not tag = x passes nodes without it)";
    case FieldType::text:
    case FieldType::values:
      return "";
  }
  return "";
}

std::string comparison_fault(const Operand& operand, Comparison comparison) {
  const auto* value = std::get_if<Value>(&operand);
  if (value == nullptr) return "";
  if (value->is<std::monostate>() && comparison != Comparison::equal)
    return "= before null (x exists and not x = null passes what is there and something else)";
  if (value->is<bool>() && !is_equality(comparison)) return "= or != before true and false";
  return "";
}

std::optional<Operand> make_operand(FieldType type, Comparison comparison, const FilterValue& value) {
  if (comparison == Comparison::matches) return text_operand(value);
  switch (type) {
    case FieldType::id:
      return id_operand(value);
    case FieldType::kind:
      return kind_operand(value);
    case FieldType::state:
      return state_operand(value);
    case FieldType::text:
    case FieldType::names:
      return text_operand(value);
    case FieldType::number:
      return number_operand(value);
    case FieldType::time:
      return time_operand(value);
    case FieldType::content:
      return content_operand(value);
    case FieldType::values:
      return attribute_operand(value);
  }
  return std::nullopt;
}

std::string expected_operand(FieldType type, Comparison comparison) {
  if (comparison == Comparison::matches) return "a pattern such as relax*, or one in quotes";
  switch (type) {
    case FieldType::id:
      return "a UUID";
    case FieldType::kind:
      return "data, calculation or workflow";
    case FieldType::state:
      return "created, waiting, running, paused, finished, failed or killed";
    case FieldType::text:
    case FieldType::names:
      return "a word, or text in quotes";
    case FieldType::number:
      return "a number";
    case FieldType::time:
      return std::string(kTimeExample);
    case FieldType::content:
      return "the id of an object or artifact, 32 hexadecimal digits";
    case FieldType::values:
      return fmt::format("text in quotes, a number, true, false, null, or {}", kTimeExample);
  }
  return "";
}

std::optional<Value> parse_number(std::string_view word) {
  if (word == "inf") return std::numeric_limits<double>::infinity();
  if (word == "-inf") return -std::numeric_limits<double>::infinity();
  if (word == "nan") return std::numeric_limits<double>::quiet_NaN();
  if (auto integer = BigInteger::parse(word)) return Value(std::move(*integer));
  const std::size_t first = word.starts_with('-') ? 1 : 0;
  if (first >= word.size() || word[first] < '0' || word[first] > '9') return std::nullopt;
  double real = 0;
  const char* const end = word.data() + word.size();
  const auto read = std::from_chars(word.data(), end, real);
  return read.ec == std::errc() && read.ptr == end ? std::optional<Value>(real) : std::nullopt;
}

}  // namespace cairn::graph::filter
