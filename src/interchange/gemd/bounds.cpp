#include "interchange/gemd/bounds.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>
#include <vector>

namespace cairn::interchange::gemd {
namespace {

std::string_view text_of(const Map& map, std::string_view name) {
  const Value* value = map.find(name);
  const auto* text = value == nullptr ? nullptr : value->get_if<std::string>();
  return text == nullptr ? std::string_view() : *text;
}

// Integers that are too large for others count as if they were not there.
std::optional<double> number_of(const Map& map, std::string_view name) {
  const Value* value = map.find(name);
  if (value == nullptr) return {};
  if (const double* real = value->get_if<double>()) return *real;
  if (const auto* integer = value->get_if<std::int64_t>()) return static_cast<double>(*integer);
  if (const auto* natural = value->get_if<std::uint64_t>()) return static_cast<double>(*natural);
  return {};
}

std::optional<std::string> fault_of_number(const Map& value, const Map& bounds) {
  const auto lower = number_of(bounds, "lower_bound"), upper = number_of(bounds, "upper_bound");
  for (const std::string_view name : {"nominal", "mean", "lower_bound", "upper_bound"}) {
    const auto number = number_of(value, name);
    if (number && ((lower && *number < *lower) || (upper && *number > *upper)))
      return fmt::format("its {} {} is not from {} to {}", name, *number, lower.value_or(*number),
                         upper.value_or(*number));
  }
  return {};
}

// Of names, which are one text, a list of texts, or the keys of numbers.
std::vector<std::string_view> names_in(const Value* names) {
  std::vector<std::string_view> all;
  const auto add = [&](const Value& name) {
    if (const auto* text = name.get_if<std::string>()) all.push_back(*text);
  };
  if (names == nullptr) return all;
  add(*names);
  if (const List* list = names->get_if<List>()) std::ranges::for_each(*list, add);
  if (const Map* map = names->get_if<Map>())
    for (const MapEntry& entry : *map) add(entry.key);
  return all;
}

std::optional<std::string> fault_of_names(const Value* names, const Value* allowed) {
  const std::vector<std::string_view> known = names_in(allowed);
  for (const std::string_view name : names_in(names))
    if (std::ranges::find(known, name) == known.end())
      return fmt::format("\"{}\" is none of those of its template", name);
  return {};
}

struct Pair {
  std::string_view bounds;
  Types values;
};

constexpr std::array kPairs{
    Pair{"real_bounds", bits(Type::nominal_real, Type::normal_real, Type::uniform_real)},
    Pair{"integer_bounds", bits(Type::nominal_integer, Type::uniform_integer)},
    Pair{"categorical_bounds", bits(Type::nominal_categorical, Type::discrete_categorical)},
    Pair{"composition_bounds", bits(Type::nominal_composition, Type::empirical_formula)},
    Pair{"molecular_structure_bounds", bits(Type::inchi, Type::smiles)},
};

// Where a pointer leads; null if it leads nowhere.
const Value* value_at(const Map& fields, const Steps& steps) {
  const Value* value = steps.empty() ? nullptr : fields.find(std::string_view(steps.front()));
  for (std::size_t i = 1; i < steps.size() && value != nullptr; ++i) {
    if (const Map* map = value->get_if<Map>()) {
      value = map->find(std::string_view(steps[i]));
      continue;
    }
    const List* list = value->get_if<List>();
    std::size_t index = 0;
    std::from_chars(steps[i].data(), steps[i].data() + steps[i].size(), index);
    value = list == nullptr || index >= list->size() ? nullptr : &(*list)[index];
  }
  return value;
}

const Map* bounds_of(const Document& document, const Target& target) {
  const Map* fields = target.entity != kNone   ? &document.entities[target.entity].fields
                      : target.node != nullptr ? target.node->attributes.get_if<Map>()
                                               : nullptr;
  const Value* bounds = fields == nullptr ? nullptr : fields->find("bounds");
  return bounds == nullptr ? nullptr : bounds->get_if<Map>();
}

}  // namespace

std::optional<std::string> fault_within(const Map& value, const Map& bounds) {
  const auto pair = std::ranges::find(kPairs, text_of(bounds, "type"), &Pair::bounds);
  const TypeTerm* term = find_type_term(text_of(value, "type"));
  if (pair == kPairs.end() || term == nullptr) return {};
  if ((bit(term->type) & pair->values) == 0)
    return fmt::format("a {} is not within {}", term->name, pair->bounds);
  switch (term->type) {
    case Type::nominal_real:
    case Type::normal_real:
    case Type::uniform_real:
      return text_of(value, "units") == text_of(bounds, "default_units") ? fault_of_number(value, bounds)
                                                                         : std::nullopt;
    case Type::nominal_integer:
    case Type::uniform_integer:
      return fault_of_number(value, bounds);
    case Type::nominal_categorical:
      return fault_of_names(value.find("category"), bounds.find("categories"));
    case Type::discrete_categorical:
      return fault_of_names(value.find("probabilities"), bounds.find("categories"));
    case Type::nominal_composition:
      return fault_of_names(value.find("quantities"), bounds.find("components"));
    default:
      return {};
  }
}

void check_bounds(const Document& document, Objects& objects, ImportReport& report) {
  for (std::size_t i = 0; i < document.entities.size(); ++i) {
    const Entity& entity = document.entities[i];
    if (!objects.is_stored(i) || objects.known(i) != nullptr) continue;
    for (const LinkUse& link : entity.links) {
      Steps steps = steps_of(link.pointer);
      if (steps.size() < 2 || steps.back() != "template") continue;
      steps.back() = "value";
      const Value* value = value_at(entity.fields, steps);
      const Map* map = value == nullptr ? nullptr : value->get_if<Map>();
      const Map* bounds = map == nullptr ? nullptr : bounds_of(document, objects.target(link));
      if (bounds == nullptr) continue;
      if (const auto fault = fault_within(*map, *bounds))
        report.items.push_back({Outcome::opaque, document.place_of(entity) + pointer_of(steps),
                                *fault + ": it is kept as it is"});
    }
  }
}

}  // namespace cairn::interchange::gemd
