// Filter and FilterPath: what users call, on top of the tree.
#include <cairn/error.h>
#include <cairn/filter.h>

#include <fmt/format.h>

#include "base/bytes.h"
#include "graph/filter_fault.h"
#include "graph/filter_fields.h"
#include "graph/filter_match.h"
#include "graph/filter_parser.h"
#include "graph/filter_text.h"
#include "graph/filter_tree.h"
#include "graph/node_subject.h"

namespace cairn {

namespace filter = graph::filter;

namespace {

[[noreturn]] void throw_invalid(const std::string& message) {
  throw Error(ErrorCode::invalid_argument, message);
}

// Its type, if it can be tested.
filter::FieldType tested_type(const FilterPath& path) {
  const filter::FieldType type = filter::row_of(path.field()).type;
  if (type == filter::FieldType::values && path.steps().empty())
    throw_invalid(fmt::format("filter by {}: expected a path to one of them", path.text()));
  return type;
}

filter::Operand checked_operand(const FilterPath& path, Comparison comparison, const FilterValue& value) {
  const filter::FieldType type = tested_type(path);
  const auto check = [&](const std::string& expected) {
    if (!expected.empty())
      throw_invalid(fmt::format("filter {} {}: expected {}", path.text(), filter::comparison_text(comparison),
                                expected));
  };
  check(filter::comparison_fault(type, comparison));
  const std::optional<filter::Operand> operand = filter::make_operand(type, comparison, value);
  if (!operand) check(filter::expected_operand(type, comparison));
  check(filter::comparison_fault(*operand, comparison));
  return *operand;
}

filter::TermPtr checked(filter::TermPtr term) {
  if (term->depth > filter::kDepthMax)
    throw Error(ErrorCode::limit,
                fmt::format("combine filters: they nest deeper than {}", filter::kDepthMax));
  if (term->tests > filter::kTestsMax)
    throw Error(ErrorCode::limit, fmt::format("combine filters: more than {} tests", filter::kTestsMax));
  return term;
}

filter::TermPtr shared_root(const std::shared_ptr<const filter::Term>& root) {
  return root ? root : filter::all_of({});
}

}  // namespace

// ---- FilterPath ----

FilterPath FilterPath::parse(std::string_view text) {
  try {
    return filter::parse_path(text);
  } catch (const filter::Fault& fault) {
    throw_invalid(filter::describe(text, fault));
  }
}

FilterPath FilterPath::member(std::string name) const {
  if (!base::is_utf8(name)) throw_invalid("filter by a name that is not UTF-8");
  return with(std::move(name));
}

FilterPath FilterPath::element(std::uint64_t index) const {
  return with(index);
}

FilterPath FilterPath::with(Step step) const {
  if (filter::row_of(field_).type != filter::FieldType::values)
    throw_invalid(fmt::format("filter by a part of {}: attributes and extras alone have parts", text()));
  if (steps_.size() == filter::kStepsMax)
    throw Error(ErrorCode::limit, fmt::format("filter by a path of more than {} steps", filter::kStepsMax));
  FilterPath path = *this;
  path.steps_.push_back(std::move(step));
  return path;
}

std::string FilterPath::text() const {
  return filter::path_text(*this);
}

// ---- Filter ----

Filter Filter::parse(std::string_view text) {
  try {
    return Filter(filter::parse_filter(text));
  } catch (const filter::Fault& fault) {
    throw_invalid(filter::describe(text, fault));
  }
}

std::optional<FilterFault> Filter::find_fault(std::string_view text) {
  try {
    filter::parse_filter(text);
    return std::nullopt;
  } catch (const filter::Fault& fault) {
    return filter::locate(text, fault);
  }
}

Filter Filter::where(const FilterPath& path, Comparison comparison, const FilterValue& value) {
  return Filter(
      filter::make_test(filter::Compare{path, comparison, checked_operand(path, comparison, value)}));
}

Filter Filter::in(const FilterPath& path, const std::vector<FilterValue>& values) {
  tested_type(path);
  if (values.empty()) return !Filter();
  filter::In test{path, {}};
  for (const FilterValue& value : values)
    test.operands.push_back(checked_operand(path, Comparison::equal, value));
  return Filter(checked(filter::make_test(std::move(test))));
}

Filter Filter::exists(const FilterPath& path) {
  tested_type(path);
  return Filter(filter::make_test(filter::Exists{path}));
}

Filter operator&&(const Filter& a, const Filter& b) {
  return Filter(checked(filter::all_of({shared_root(a.root_), shared_root(b.root_)})));
}

Filter operator||(const Filter& a, const Filter& b) {
  return Filter(checked(filter::any_of({shared_root(a.root_), shared_root(b.root_)})));
}

Filter Filter::operator!() const {
  return Filter(checked(filter::none_of(shared_root(root_))));
}

std::string Filter::text() const {
  return filter::term_text(filter::root_of(*this));
}

bool Filter::passes(const Node& node, Timestamp now) const {
  return filter::passes(filter::root_of(*this), graph::NodeSubject(node), now);
}

bool operator==(const Filter& a, const Filter& b) {
  return filter::equal(filter::root_of(a), filter::root_of(b));
}

const filter::Term& graph::filter::root_of(const Filter& filter) {
  static const TermPtr kEvery = all_of({});
  return filter.root_ ? *filter.root_ : *kEvery;
}

}  // namespace cairn
