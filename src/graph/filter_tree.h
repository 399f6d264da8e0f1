// A filter taken apart: tests, and how they are combined. Shared and never changed.
#pragma once

#include <cairn/digest.h>
#include <cairn/filter.h>
#include <cairn/limits.h>
#include <cairn/node.h>
#include <cairn/uuid.h>
#include <cairn/value.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <variant>
#include <vector>

#include "graph/instant.h"

namespace cairn::graph::filter {

/// Of terms, and of parentheses: what bounds every recursion over them.
inline constexpr unsigned kDepthMax = 100;
/// What a program may combine; a text cannot hold as many.
inline constexpr std::size_t kTestsMax = 1'000'000;
/// Of a path: values do not nest deeper.
inline constexpr std::size_t kStepsMax = kDepthMost;

struct Term;
using TermPtr = std::shared_ptr<const Term>;

/// What a field is compared with, in the type of the field (see FieldType): a Value that is null, a boolean,
/// a number or text for fields of text, numbers and attributes; a Digest for contents; Instant and FromNow
/// for times.
using Operand = std::variant<Value, NodeKind, NodeState, Uuid, Digest, Instant, FromNow>;

struct And {
  std::vector<TermPtr> terms;  ///< none is an And; never one; without any, every node passes
};
struct Or {
  std::vector<TermPtr> terms;  ///< none is an Or; never one; without any, no node passes
};
struct Not {
  TermPtr term;  ///< no Not, and neither And nor Or without terms
};
struct Compare {
  FilterPath path;
  Comparison comparison = Comparison::equal;
  Operand operand;

  friend bool operator==(const Compare&, const Compare&) = default;
};
struct In {
  FilterPath path;
  std::vector<Operand> operands;  ///< at least one

  friend bool operator==(const In&, const In&) = default;
};
struct Exists {
  FilterPath path;

  friend bool operator==(const Exists&, const Exists&) = default;
};

/// What it takes to know a field. In order of cost.
enum class Cost : std::uint8_t {
  record,  ///< a field of the node's record
  names,   ///< tags, groups, unique ids: may have to be looked up
  values,  ///< attributes and extras: have to be decoded
};
inline constexpr Cost kCosts[] = {Cost::record, Cost::names, Cost::values};

/// One element of the tree. Made by the functions below alone.
struct Term {
  using Form = std::variant<And, Or, Not, Compare, In, Exists>;

  Form form;
  Cost cost = Cost::record;  ///< the highest in it
  unsigned depth = 1;        ///< 1 for a test
  std::size_t tests = 1;     ///< in it, each operand of In counted
};

TermPtr make_test(Compare test);
TermPtr make_test(In test);
TermPtr make_test(Exists test);
/// Terms that are an And themselves are replaced by theirs, so that depth is what the meaning needs. No limit
/// is checked: the callers say in their own way where it was exceeded.
TermPtr all_of(const std::vector<TermPtr>& terms);
TermPtr any_of(const std::vector<TermPtr>& terms);
TermPtr none_of(const TermPtr& term);

/// The same tests, combined in the same way and order.
bool equal(const Term& a, const Term& b);

/// The tests (Compare, In, Exists) that every node which passes `root` passes, too, in the order they were
/// written: to choose an index by. They live as long as `root`. Tests below or and not are not among them.
std::vector<const Term*> conjuncts(const Term& root);

}  // namespace cairn::graph::filter
