#include "graph/filter_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "graph/filter_fields.h"

namespace cairn::graph::filter {
namespace {

// How tightly a form holds together; what is looser than its surroundings stands in parentheses.
enum class Binding { or_, and_, not_, test };

Binding binding_of(const Term& term) {
  if (const auto* any = std::get_if<Or>(&term.form)) return any->terms.empty() ? Binding::test : Binding::or_;
  if (const auto* all = std::get_if<And>(&term.form))
    return all->terms.empty() ? Binding::test : Binding::and_;
  return std::holds_alternative<Not>(term.form) ? Binding::not_ : Binding::test;
}

bool is_plain_name(std::string_view name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  return !name.empty() && std::ranges::all_of(name, fits);
}

std::string real_text(double real) {
  const std::string text = fmt::format("{}", real);  // the shortest that reads back
  const bool is_integer = std::isfinite(real) && text.find_first_of(".e") == std::string::npos;
  return is_integer ? text + ".0" : text;
}

std::string value_text(const Value& value) {
  if (const auto* text = value.get_if<std::string>()) return quoted_text(*text);
  if (const auto* boolean = value.get_if<bool>()) return *boolean ? "true" : "false";
  if (const auto* integer = value.get_if<std::int64_t>()) return fmt::format("{}", *integer);
  if (const auto* natural = value.get_if<std::uint64_t>()) return fmt::format("{}", *natural);
  if (const auto* large = value.get_if<BigInteger>()) return large->text();
  if (const auto* real = value.get_if<double>()) return real_text(*real);
  return "null";
}

struct OperandText {
  std::string operator()(const Value& value) const { return value_text(value); }
  std::string operator()(NodeKind kind) const { return std::string(kind_name(kind)); }
  std::string operator()(NodeState state) const { return std::string(state_name(state)); }
  std::string operator()(const Uuid& id) const { return id.text(); }
  std::string operator()(const Digest& content) const { return content.hex(); }
  std::string operator()(Instant time) const { return instant_text(time); }
  std::string operator()(FromNow time) const { return from_now_text(time); }
};

class Printer {
 public:
  void print(const Term& term, Binding around) {
    const bool is_looser = binding_of(term) < around;
    if (is_looser) text_ += '(';
    std::visit(*this, term.form);
    if (is_looser) text_ += ')';
  }

  void operator()(const And& all) { print_all(all.terms, " and ", "true", Binding::not_); }
  void operator()(const Or& any) { print_all(any.terms, " or ", "false", Binding::and_); }
  void operator()(const Not& none) {
    text_ += "not ";
    print(*none.term, Binding::test);
  }
  void operator()(const Compare& test) {
    text_ += fmt::format("{} {} {}", path_text(test.path), comparison_text(test.comparison),
                         operand_text(test.operand));
  }
  void operator()(const In& test) {
    text_ += path_text(test.path) + " in (";
    for (const Operand& operand : test.operands) {
      if (&operand != &test.operands.front()) text_ += ", ";
      text_ += operand_text(operand);
    }
    text_ += ')';
  }
  void operator()(const Exists& test) { text_ += path_text(test.path) + " exists"; }

  std::string take() { return std::move(text_); }

 private:
  void print_all(const std::vector<TermPtr>& terms, std::string_view between, std::string_view if_none,
                 Binding around) {
    if (terms.empty()) text_ += if_none;
    for (const TermPtr& term : terms) {
      if (&term != &terms.front()) text_ += between;
      print(*term, around);
    }
  }

  std::string text_;
};

}  // namespace

std::string quoted_text(std::string_view text) {
  std::string quoted = "\"";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool is_c1 = byte == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0;
    if (byte == '"' || byte == '\\')
      quoted += {'\\', text[i]};
    else if (byte < 0x20 || byte == 0x7f)
      quoted += fmt::format("\\u{:04x}", byte);
    else if (is_c1)  // U+0080 to U+009f steer terminals, too
      quoted += fmt::format("\\u{:04x}", static_cast<unsigned char>(text[++i]));
    else
      quoted += text[i];
  }
  return quoted + '"';
}

std::string operand_text(const Operand& operand) {
  return std::visit(OperandText(), operand);
}

std::string path_text(const FilterPath& path) {
  std::string text(row_of(path.field()).name);
  for (const FilterPath::Step& step : path.steps()) {
    if (const auto* name = std::get_if<std::string>(&step))
      text += "." + (is_plain_name(*name) ? *name : quoted_text(*name));
    else
      text += fmt::format("[{}]", std::get<std::uint64_t>(step));
  }
  return text;
}

std::string term_text(const Term& term) {
  Printer printer;
  printer.print(term, Binding::or_);
  return printer.take();
}

}  // namespace cairn::graph::filter
