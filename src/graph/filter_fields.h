// The fields that filters know, one row each, and what each is compared with, and how.
#pragma once

#include <cairn/filter.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "graph/filter_tree.h"

namespace cairn::graph::filter {

/// What a field holds.
enum class FieldType : std::uint8_t { id, kind, state, text, number, time, content, names, values };

struct FieldRow {
  FilterField field;
  std::string_view name;
  FieldType type;
  Cost cost;
};

/// Every field, in order of its number.
std::span<const FieldRow> field_rows();
const FieldRow& row_of(FilterField field);
std::optional<FilterField> find_field(std::string_view name);
/// "id, kind, ..."
std::string field_names();

/// "=", "~" and the like.
std::string_view comparison_text(Comparison comparison);

/// "=, != and in" if a field of the type is not compared so, as what was expected; empty if it is.
std::string comparison_fault(FieldType type, Comparison comparison);
/// As above, for what a value allows beyond its field: booleans and null have no order.
std::string comparison_fault(const Operand& operand, Comparison comparison);

/// What `value` means to a field of the type, with that comparison; empty if nothing.
std::optional<Operand> make_operand(FieldType type, Comparison comparison, const FilterValue& value);
/// What make_operand takes, for messages.
std::string expected_operand(FieldType type, Comparison comparison);

/// The number written so: an integer of any size, or a real; empty for anything else, and for reals beyond a
/// double.
std::optional<Value> parse_number(std::string_view word);

}  // namespace cairn::graph::filter
