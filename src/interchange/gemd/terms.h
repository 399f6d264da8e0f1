// The words of GEMD: its 37 types, and what the fields of each may hold.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace cairn::interchange::gemd {

/// In order of name.
enum class Type : std::uint8_t {
  categorical_bounds,
  composition_bounds,
  condition,
  condition_template,
  discrete_categorical,
  empirical_formula,
  file_link,
  inchi,
  ingredient_run,
  ingredient_spec,
  integer_bounds,
  link_by_uid,
  material_run,
  material_spec,
  material_template,
  measurement_run,
  measurement_spec,
  measurement_template,
  molecular_structure_bounds,
  nominal_categorical,
  nominal_composition,
  nominal_integer,
  nominal_real,
  normal_real,
  parameter,
  parameter_template,
  performed_source,
  process_run,
  process_spec,
  process_template,
  property,
  property_and_conditions,
  property_template,
  real_bounds,
  smiles,
  uniform_integer,
  uniform_real,
};

/// A set of types.
using Types = std::uint64_t;
constexpr Types bit(Type type) {
  return Types{1} << static_cast<unsigned>(type);
}

template <class... More>
constexpr Types bits(More... types) {
  return (bit(types) | ...);
}

/// What a field holds.
enum class Form : std::uint8_t {
  any,
  text,
  optional_text,
  texts,  ///< a list of texts; one text or null stand for one
  number,
  finite,         ///< a number that is no NaN and not infinite
  whole,          ///< an integer, or a real that is one
  probabilities,  ///< an object of numbers, a text, or null
  quantities,     ///< an object, a list of pairs, or null
  uids,           ///< an object of ids by scope, a pair of both, or null
  origin,
  sample_type,
  one,           ///< an object of one of the types
  optional_one,  ///< or null
  many,          ///< a list of those; one, or null, stand for one
  ranges,        ///< as many, each alone or in a pair with its bounds or null
};

struct FieldTerm {
  std::string_view name;
  Form form = Form::any;
  Types types = 0;        ///< that an object in it may have; of entities, a link may stand for it
  bool required = false;  ///< it must be there
};

struct TypeTerm {
  std::string_view name;
  Type type;
  std::span<const FieldTerm> fields;
  /// Of entities, which are what has unique ids and can be linked to: in this order each can be read after
  /// what it links to.
  std::optional<int> order = {};

  constexpr bool is_entity() const { return order.has_value(); }
};

std::span<const TypeTerm> type_terms();
/// Null for a name that is none.
const TypeTerm* find_type_term(std::string_view name);
const FieldTerm* find_field_term(const TypeTerm& term, std::string_view name);
/// Types that have unique ids.
Types entity_types();
std::string_view type_name(Type type);

}  // namespace cairn::interchange::gemd
