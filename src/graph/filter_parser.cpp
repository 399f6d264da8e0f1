#include "graph/filter_parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "graph/filter_fault.h"
#include "graph/filter_fields.h"
#include "graph/filter_reader.h"

namespace cairn::graph::filter {
namespace {

// ---- Paths ----

std::uint64_t take_element_number(Reader& in) {
  const std::size_t begin = in.at();
  const std::string_view digits = in.take_name_directly();
  std::uint64_t number = 0;
  const char* const end = digits.data() + digits.size();
  const auto read = std::from_chars(digits.data(), end, number);
  if (read.ec != std::errc() || read.ptr != end) in.fail_at(begin, "the number of an element, from 0");
  if (!in.take_directly(']')) in.fail_directly("]");
  return number;
}

std::string take_step_name(Reader& in) {
  if (in.is_directly('"')) return in.take_quoted();
  const std::string_view name = in.take_name_directly();
  if (name.empty()) in.fail_directly("a name, or one in quotes");
  return std::string(name);
}

FilterPath take_path(Reader& in) {
  const std::size_t begin = in.at();
  const std::string_view name = in.name();
  if (name.empty()) in.fail("a field, not, true, false or (");
  const std::optional<FilterField> field = find_field(name);
  if (!field) throw Fault{begin, fmt::format("there is no field {}: fields are {}", name, field_names())};
  in.take_name(name);
  FilterPath path(*field);
  const bool has_parts = row_of(*field).type == FieldType::values;
  for (;;) {
    const bool is_name = in.is_directly('.'), is_element = in.is_directly('[');
    if (!is_name && !is_element) return path;
    if (!has_parts) in.fail_directly("an operator (attributes and extras alone have parts)");
    if (path.steps().size() == kStepsMax)
      in.fail_directly(fmt::format("a path of at most {} steps", kStepsMax));
    in.take_directly(is_name ? '.' : '[');
    path = is_name ? path.member(take_step_name(in)) : path.element(take_element_number(in));
  }
}

// ---- Tests and what they are made of ----

class Parser {
 public:
  explicit Parser(std::string_view text) : in_(text) {}

  TermPtr parse() {
    if (in_.at_end()) return all_of({});
    TermPtr term = parse_or();
    if (!in_.at_end()) in_.fail("and, or or the end");
    return term;
  }

 private:
  // Recursion comes back to here: one level deeper for each parenthesis.
  TermPtr parse_or() {
    const std::size_t begin = in_.at();
    std::vector<TermPtr> terms{parse_and()};
    while (in_.take_name("or")) terms.push_back(parse_and());
    TermPtr term = any_of(terms);
    if (term->depth > kDepthMax) fail_depth(begin);
    return term;
  }

  TermPtr parse_and() {
    std::vector<TermPtr> terms{parse_not()};
    while (in_.take_name("and")) terms.push_back(parse_not());
    return all_of(terms);
  }

  TermPtr parse_not() {
    bool is_negated = false;
    while (in_.take_name("not")) is_negated = !is_negated;
    TermPtr term = parse_operand_of_not();
    return is_negated ? none_of(term) : term;
  }

  TermPtr parse_operand_of_not() {
    const std::size_t begin = in_.at();
    if (in_.take("(")) return parse_group(begin);
    if (in_.take_name("true")) return all_of({});
    if (in_.take_name("false")) return any_of({});
    return parse_test();
  }

  TermPtr parse_group(std::size_t begin) {
    if (++depth_ > kDepthMax) fail_depth(begin);
    TermPtr term = parse_or();
    if (!in_.take(")")) in_.fail("and, or or )");
    --depth_;
    return term;
  }

  TermPtr parse_test() {
    FilterPath path = take_path(in_);
    const FieldType type = row_of(path.field()).type;
    if (type == FieldType::values && path.steps().empty()) in_.fail_directly(". and a name, such as .energy");
    if (in_.take_name("exists")) return make_test(Exists{std::move(path)});
    if (in_.take_name("in")) return parse_in(std::move(path), type);
    const std::size_t begin = in_.at();
    const Comparison comparison = take_comparison();
    if (const std::string expected = comparison_fault(type, comparison); !expected.empty())
      fail_at(begin, expected);
    Operand operand = take_operand(type, comparison);
    if (const std::string expected = comparison_fault(operand, comparison); !expected.empty())
      fail_at(begin, expected);
    return make_test(Compare{std::move(path), comparison, std::move(operand)});
  }

  TermPtr parse_in(FilterPath path, FieldType type) {
    if (!in_.take("(")) in_.fail("( and values, separated by commas");
    In test{std::move(path), {}};
    do test.operands.push_back(take_operand(type, Comparison::equal));
    while (in_.take(","));
    if (!in_.take(")")) in_.fail("a comma or )");
    return make_test(std::move(test));
  }

  Comparison take_comparison() {
    // Before those that they begin with.
    static constexpr Comparison kLongestFirst[] = {
        Comparison::not_equal, Comparison::less_equal, Comparison::greater_equal, Comparison::equal,
        Comparison::less,      Comparison::greater,    Comparison::matches};
    for (const Comparison comparison : kLongestFirst)
      if (in_.take(comparison_text(comparison))) return comparison;
    in_.fail("=, !=, <, <=, >, >=, ~, in or exists");
  }

  Operand take_operand(FieldType type, Comparison comparison) {
    const std::size_t begin = in_.at();
    const std::optional<FilterValue> value =
        in_.is_quoted() ? in_.take_quoted() : take_word(type, comparison);
    if (value)
      if (std::optional<Operand> operand = make_operand(type, comparison, *value)) return *std::move(operand);
    fail_at(begin, expected_operand(type, comparison));
  }

  // Empty for what can only be a mistake; make_operand judges the rest.
  std::optional<FilterValue> take_word(FieldType type, Comparison comparison) {
    static constexpr std::array<std::string_view, 5> kReserved = {"and", "or", "not", "in", "exists"};
    const std::string_view word = in_.word();
    if (word.empty() || std::ranges::find(kReserved, word) != kReserved.end()) return std::nullopt;
    in_.take_word();
    const bool is_untyped = type == FieldType::number || type == FieldType::values;
    return is_untyped && comparison != Comparison::matches ? untyped_value(word) : FilterValue(word);
  }

  static std::optional<FilterValue> untyped_value(std::string_view word) {
    if (word == "null") return FilterValue(nullptr);
    if (word == "true" || word == "false") return FilterValue(word == "true");
    if (auto number = parse_number(word)) return FilterValue(*std::move(number));
    if (const auto time = parse_from_now(word)) return FilterValue(*time);
    if (const auto time = DateTime::parse(word)) return FilterValue(*time);
    if (const auto date = Date::parse(word)) return FilterValue(*date);
    return std::nullopt;
  }

  [[noreturn]] void fail_at(std::size_t at, std::string_view expected) const { in_.fail_at(at, expected); }
  [[noreturn]] void fail_depth(std::size_t at) const {
    throw Fault{at, fmt::format("this nests deeper than {}", kDepthMax)};
  }

  Reader in_;
  unsigned depth_ = 0;  // of parentheses that are open
};

}  // namespace

TermPtr parse_filter(std::string_view text) {
  return Parser(text).parse();
}

FilterPath parse_path(std::string_view text) {
  Reader in(text);
  FilterPath path = take_path(in);
  if (!in.at_end()) in.fail("the end");
  return path;
}

}  // namespace cairn::graph::filter
