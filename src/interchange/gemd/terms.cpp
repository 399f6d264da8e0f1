#include "interchange/gemd/terms.h"

#include <algorithm>
#include <array>

namespace cairn::interchange::gemd {
namespace {

using enum Type;

constexpr Types kBounds =
    bits(categorical_bounds, composition_bounds, integer_bounds, molecular_structure_bounds, real_bounds);
constexpr Types kContinuous = bits(nominal_real, normal_real, uniform_real);
constexpr Types kValues =
    kContinuous | bits(nominal_integer, uniform_integer, nominal_categorical, discrete_categorical,
                       nominal_composition, empirical_formula, inchi, smiles);

template <std::size_t... Counts>
constexpr auto join(const std::array<FieldTerm, Counts>&... parts) {
  std::array<FieldTerm, (Counts + ...)> all{};
  auto at = all.begin();
  ((at = std::ranges::copy(parts, at).out), ...);
  return all;
}

constexpr FieldTerm required(std::string_view name, Form form, Types types = 0) {
  return {name, form, types, true};
}
constexpr FieldTerm one_of(std::string_view name, Types types) {
  return {name, Form::optional_one, types};
}
constexpr FieldTerm many_of(std::string_view name, Types types) {
  return {name, Form::many, types};
}

// What the classes of gemd's entities have in common.
constexpr std::array kEntity{FieldTerm{"uids", Form::uids}, FieldTerm{"tags", Form::texts}};
constexpr std::array kUnnamed =
    join(kEntity, std::array{FieldTerm{"notes"}, many_of("file_links", bit(file_link))});
constexpr std::array kNamed = join(kUnnamed, std::array{required("name", Form::text)});
constexpr std::array kConditions{many_of("conditions", bit(condition))};
constexpr std::array kParameters{many_of("parameters", bit(parameter))};
constexpr std::array kSource{one_of("source", bit(performed_source))};
constexpr std::array kQuantities{one_of("mass_fraction", kContinuous), one_of("volume_fraction", kContinuous),
                                 one_of("number_fraction", kContinuous),
                                 one_of("absolute_quantity", kContinuous)};
constexpr std::array kDescription{FieldTerm{"description"}};
constexpr std::array kConditionRanges{FieldTerm{"conditions", Form::ranges, bit(condition_template)}};
constexpr std::array kParameterRanges{FieldTerm{"parameters", Form::ranges, bit(parameter_template)}};
constexpr std::array kPropertyRanges{FieldTerm{"properties", Form::ranges, bit(property_template)}};
constexpr std::array kTemplate = join(kEntity, kDescription, std::array{required("name", Form::any)});

constexpr std::array kAttributeTemplate = join(
    kEntity, kDescription, std::array{required("name", Form::text), required("bounds", Form::one, kBounds)});
constexpr std::array kMaterialTemplate = join(kTemplate, kPropertyRanges);
constexpr std::array kMeasurementTemplate =
    join(kTemplate, kPropertyRanges, kConditionRanges, kParameterRanges);
constexpr std::array kProcessTemplate =
    join(kTemplate, kConditionRanges, kParameterRanges,
         std::array{FieldTerm{"allowed_names", Form::texts}, FieldTerm{"allowed_labels", Form::texts}});

constexpr std::array kProcessSpec =
    join(kNamed, kConditions, kParameters, std::array{one_of("template", bit(process_template))});
constexpr std::array kMeasurementSpec =
    join(kNamed, kConditions, kParameters, std::array{one_of("template", bit(measurement_template))});
constexpr std::array kMaterialSpec =
    join(kNamed, std::array{one_of("template", bit(material_template)), one_of("process", bit(process_spec)),
                            many_of("properties", bit(property_and_conditions))});
constexpr std::array kIngredientSpec =
    join(kNamed, kQuantities,
         std::array{FieldTerm{"labels", Form::texts}, one_of("material", bit(material_spec)),
                    one_of("process", bit(process_spec))});

constexpr std::array kProcessRun =
    join(kNamed, kConditions, kParameters, kSource, std::array{one_of("spec", bit(process_spec))});
constexpr std::array kMeasurementRun =
    join(kNamed, kConditions, kParameters, kSource,
         std::array{one_of("spec", bit(measurement_spec)), one_of("material", bit(material_run)),
                    many_of("properties", bit(property))});
constexpr std::array kMaterialRun =
    join(kNamed, std::array{one_of("spec", bit(material_spec)), one_of("process", bit(process_run)),
                            FieldTerm{"sample_type", Form::sample_type}});
// Its name and labels are those of its spec; documents have them all the same.
constexpr std::array kIngredientRun =
    join(kUnnamed, kQuantities,
         std::array{FieldTerm{"name"}, FieldTerm{"labels", Form::texts}, one_of("spec", bit(ingredient_spec)),
                    one_of("material", bit(material_run)), one_of("process", bit(process_run))});

constexpr std::array kAttribute{required("name", Form::any), FieldTerm{"notes"}, one_of("value", kValues),
                                FieldTerm{"origin", Form::origin}, many_of("file_links", bit(file_link))};
constexpr std::array kCondition = join(kAttribute, std::array{one_of("template", bit(condition_template))});
constexpr std::array kParameter = join(kAttribute, std::array{one_of("template", bit(parameter_template))});
constexpr std::array kProperty = join(kAttribute, std::array{one_of("template", bit(property_template))});
constexpr std::array kPropertyAndConditions =
    join(std::array{required("property", Form::one, bit(property))}, kConditions);

constexpr std::array kUnits{required("units", Form::text)};
constexpr std::array kWholeRange{required("lower_bound", Form::whole), required("upper_bound", Form::whole)};
constexpr std::array kCategories{FieldTerm{"categories", Form::texts}};
constexpr std::array kComponents{FieldTerm{"components", Form::texts}};
constexpr std::array kRealBounds{required("lower_bound", Form::finite), required("upper_bound", Form::finite),
                                 required("default_units", Form::text)};
constexpr std::array kProbabilities{FieldTerm{"probabilities", Form::probabilities}};
constexpr std::array kFormula{FieldTerm{"formula", Form::optional_text}};
constexpr std::array kFileLink{required("filename", Form::any), required("url", Form::any)};
constexpr std::array kInchi{FieldTerm{"inchi", Form::optional_text}};
constexpr std::array kLink{required("scope", Form::any), required("id", Form::any)};
constexpr std::array kCategory{FieldTerm{"category", Form::optional_text}};
constexpr std::array kComposition{FieldTerm{"quantities", Form::quantities}};
constexpr std::array kNominalInteger{required("nominal", Form::whole)};
constexpr std::array kNominalReal = join(kUnits, std::array{required("nominal", Form::number)});
constexpr std::array kNormalReal = join(kUnits, std::array{FieldTerm{"mean"}, FieldTerm{"std"}});
constexpr std::array kPerformedSource{FieldTerm{"performed_by", Form::optional_text},
                                      FieldTerm{"performed_date", Form::optional_text}};
constexpr std::array kSmiles{FieldTerm{"smiles", Form::optional_text}};
constexpr std::array kUniformReal =
    join(kUnits, std::array{required("lower_bound", Form::number), required("upper_bound", Form::number)});

constexpr std::array kTypes{
    TypeTerm{"categorical_bounds", categorical_bounds, kCategories},
    TypeTerm{"composition_bounds", composition_bounds, kComponents},
    TypeTerm{"condition", condition, kCondition},
    TypeTerm{"condition_template", condition_template, kAttributeTemplate, 0},
    TypeTerm{"discrete_categorical", discrete_categorical, kProbabilities},
    TypeTerm{"empirical_formula", empirical_formula, kFormula},
    TypeTerm{"file_link", file_link, kFileLink},
    TypeTerm{"inchi", inchi, kInchi},
    TypeTerm{"ingredient_run", ingredient_run, kIngredientRun, 5},
    TypeTerm{"ingredient_spec", ingredient_spec, kIngredientSpec, 4},
    TypeTerm{"integer_bounds", integer_bounds, kWholeRange},
    TypeTerm{"link_by_uid", link_by_uid, kLink},
    TypeTerm{"material_run", material_run, kMaterialRun, 4},
    TypeTerm{"material_spec", material_spec, kMaterialSpec, 3},
    TypeTerm{"material_template", material_template, kMaterialTemplate, 1},
    TypeTerm{"measurement_run", measurement_run, kMeasurementRun, 5},
    TypeTerm{"measurement_spec", measurement_spec, kMeasurementSpec, 2},
    TypeTerm{"measurement_template", measurement_template, kMeasurementTemplate, 1},
    TypeTerm{"molecular_structure_bounds", molecular_structure_bounds, {}},
    TypeTerm{"nominal_categorical", nominal_categorical, kCategory},
    TypeTerm{"nominal_composition", nominal_composition, kComposition},
    TypeTerm{"nominal_integer", nominal_integer, kNominalInteger},
    TypeTerm{"nominal_real", nominal_real, kNominalReal},
    TypeTerm{"normal_real", normal_real, kNormalReal},
    TypeTerm{"parameter", parameter, kParameter},
    TypeTerm{"parameter_template", parameter_template, kAttributeTemplate, 0},
    TypeTerm{"performed_source", performed_source, kPerformedSource},
    TypeTerm{"process_run", process_run, kProcessRun, 3},
    TypeTerm{"process_spec", process_spec, kProcessSpec, 2},
    TypeTerm{"process_template", process_template, kProcessTemplate, 1},
    TypeTerm{"property", property, kProperty},
    TypeTerm{"property_and_conditions", property_and_conditions, kPropertyAndConditions},
    TypeTerm{"property_template", property_template, kAttributeTemplate, 0},
    TypeTerm{"real_bounds", real_bounds, kRealBounds},
    TypeTerm{"smiles", smiles, kSmiles},
    TypeTerm{"uniform_integer", uniform_integer, kWholeRange},
    TypeTerm{"uniform_real", uniform_real, kUniformReal},
};

static_assert(kTypes.size() == 37);
static_assert(std::ranges::is_sorted(kTypes, {}, &TypeTerm::name));
static_assert([] {
  for (std::size_t i = 0; i < kTypes.size(); ++i)
    if (static_cast<std::size_t>(kTypes[i].type) != i) return false;
  return true;
}());

}  // namespace

std::span<const TypeTerm> type_terms() {
  return kTypes;
}

const TypeTerm* find_type_term(std::string_view name) {
  const auto found = std::ranges::lower_bound(kTypes, name, {}, &TypeTerm::name);
  return found == kTypes.end() || found->name != name ? nullptr : &*found;
}

const FieldTerm* find_field_term(const TypeTerm& term, std::string_view name) {
  const auto found = std::ranges::find(term.fields, name, &FieldTerm::name);
  return found == term.fields.end() ? nullptr : &*found;
}

Types entity_types() {
  static constexpr Types kEntities = [] {
    Types types = 0;
    for (const TypeTerm& term : kTypes)
      if (term.is_entity()) types |= bit(term.type);
    return types;
  }();
  return kEntities;
}

std::string_view type_name(Type type) {
  return kTypes[static_cast<std::size_t>(type)].name;
}

}  // namespace cairn::interchange::gemd
