#include "graph/filter_tree.h"

#include <algorithm>

#include "graph/filter_fields.h"

namespace cairn::graph::filter {
namespace {

template <class Test>
TermPtr make_leaf(Test test, std::size_t tests) {
  const Cost cost = row_of(test.path.field()).cost;
  return std::make_shared<Term>(Term{std::move(test), cost, 1, tests});
}

// And or Or of terms, where those that are the same themselves are taken apart.
template <class Combination>
TermPtr combine(const std::vector<TermPtr>& terms) {
  Combination flat;
  for (const TermPtr& term : terms) {
    if (const auto* inner = std::get_if<Combination>(&term->form))
      flat.terms.insert(flat.terms.end(), inner->terms.begin(), inner->terms.end());
    else
      flat.terms.push_back(term);
  }
  if (flat.terms.size() == 1) return flat.terms.front();
  Term whole{{}, Cost::record, 1, flat.terms.empty() ? 1u : 0u};
  for (const TermPtr& term : flat.terms) {
    whole.cost = std::max(whole.cost, term->cost);
    whole.depth = std::max(whole.depth, term->depth + 1);
    whole.tests += term->tests;
  }
  whole.form = std::move(flat);
  return std::make_shared<Term>(std::move(whole));
}

bool all_equal(const std::vector<TermPtr>& a, const std::vector<TermPtr>& b) {
  return std::ranges::equal(a, b,
                            [](const TermPtr& left, const TermPtr& right) { return equal(*left, *right); });
}

bool is_test(const Term& term) {
  return std::holds_alternative<Compare>(term.form) || std::holds_alternative<In>(term.form) ||
         std::holds_alternative<Exists>(term.form);
}

}  // namespace

TermPtr make_test(Compare test) {
  return make_leaf(std::move(test), 1);
}
TermPtr make_test(In test) {
  const std::size_t tests = test.operands.size();
  return make_leaf(std::move(test), tests);
}
TermPtr make_test(Exists test) {
  return make_leaf(std::move(test), 1);
}

TermPtr all_of(const std::vector<TermPtr>& terms) {
  return combine<And>(terms);
}
TermPtr any_of(const std::vector<TermPtr>& terms) {
  return combine<Or>(terms);
}

TermPtr none_of(const TermPtr& term) {
  if (const auto* inner = std::get_if<Not>(&term->form)) return inner->term;
  if (const auto* all = std::get_if<And>(&term->form); all != nullptr && all->terms.empty())
    return any_of({});
  if (const auto* any = std::get_if<Or>(&term->form); any != nullptr && any->terms.empty()) return all_of({});
  return std::make_shared<Term>(Term{Not{term}, term->cost, term->depth + 1, term->tests});
}

bool equal(const Term& a, const Term& b) {
  if (&a == &b) return true;
  if (a.form.index() != b.form.index()) return false;
  if (const auto* all = std::get_if<And>(&a.form)) return all_equal(all->terms, std::get<And>(b.form).terms);
  if (const auto* any = std::get_if<Or>(&a.form)) return all_equal(any->terms, std::get<Or>(b.form).terms);
  if (const auto* none = std::get_if<Not>(&a.form)) return equal(*none->term, *std::get<Not>(b.form).term);
  if (const auto* compare = std::get_if<Compare>(&a.form)) return *compare == std::get<Compare>(b.form);
  if (const auto* in = std::get_if<In>(&a.form)) return *in == std::get<In>(b.form);
  return std::get<Exists>(a.form) == std::get<Exists>(b.form);
}

std::vector<const Term*> conjuncts(const Term& root) {
  if (is_test(root)) return {&root};
  std::vector<const Term*> tests;
  if (const auto* all = std::get_if<And>(&root.form))
    for (const TermPtr& term : all->terms)
      if (is_test(*term)) tests.push_back(term.get());
  return tests;
}

}  // namespace cairn::graph::filter
