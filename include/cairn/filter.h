// Filters: which nodes of the provenance graph are meant, written as text or put together in C++.
//
//   state = failed and attributes.energy < -1.5
//   kind = calculation and created >= now-7d and not tag ~ "draft*"
//   attributes.cell[2]."b axis" in (1, 1.5) or type in (relax, "bands 2")
//
// The grammar, the same in C++ and on the command line. Words are in lower case; blanks and ends of lines may stand
// between them, but not inside of a path.
//
//   filter   = [ or ]                                      nothing at all: every node
//   or       = and { "or" and }
//   and      = not { "and" not }
//   not      = { "not" } ( "(" or ")" | test | "true" | "false" )
//   test     = path operator literal | path "in" "(" literal { "," literal } ")" | path "exists"
//   operator = "=" | "!=" | "<" | "<=" | ">" | ">=" | "~"
//   path     = field | ( "attributes" | "extras" ) step { step }
//   step     = "." name | "[" digits "]"                   an entry or a field by name; an element of a list, from 0
//   name     = one or more of A-Z a-z 0-9 _ - | quoted
//   literal  = word | quoted
//   word     = one or more of A-Z a-z 0-9 _ - + . : / @ * ?, but none of and, or, not, in, exists
//   quoted   = a string of JSON: "...", with \" \\ \/ \b \f \n \r \t \uXXXX in it
//
//   field                                                  operators        literal
//   id                                                     = !=             UUID
//   kind, state                                            = !=             a name: data, ...; created, waiting, ...
//   type, label, description, run, exit_message,
//     code_version                                         all              text, as a word or quoted
//   exit_status, size (of the content, in bytes)           all but ~        number
//   created, modified                                      all but ~        time
//   content                                                = !=             id of an object or artifact
//   tag, group, uid (a unique id, as "scope:id")           = ~              text; true if one of them fits
//   attributes..., extras...                               all              text: quoted, or behind ~ as a word, too
//                                                          all but ~        number, time
//                                                          = !=             true, false
//                                                          =                null
//
//   number   an integer of any size, also as 0x1f; a real that a double can hold: 1.5, -2e10, inf, -inf, nan
//   time     2026-03-01T12:00:00Z, or with an offset; 2026-03-01, the moment it begins in UTC; `now`, now-7d, now+90s,
//            with one of the units s, m, h, d, w. What `now` is, the caller says when the filter is used
//   ~        all of the text fits a pattern: * stands for any characters or none, ? for one
//   in       equals one of the literals
//   exists   an attribute is there, be it null; a text is not empty; there is a content, a tag, a group, a unique id
//
// What a test means:
//
//   - It is false, whatever the operator, where there is nothing to compare, or something of another type than the
//     literal: `attributes.x != 1` passes no node without x, while `not attributes.x = 1` passes them. The types are
//     null, booleans, numbers, texts and times; nothing else equals a literal.
//   - Numbers compare by value and exactly, integers of any size, reals and decimals alike: 2^53+1 is greater than
//     9007199254740992.0. NaN compares false with everything. A decimal meets a real as its shortest decimal, so that
//     a decimal 0.1 equals 0.1.
//   - Texts compare by bytes; times by instant, so that a date and time without an offset equals none. A date is the
//     moment it begins in UTC.
//   - Texts of fields are always there, maybe empty: `label = ""`.
//   - There is no != for tags, groups and unique ids: `not tag = x` is a node without it, whatever else it has.
//
// Limits: a text has at most 64 KiB, a path at most 512 steps; parentheses, and and, or, not in turn, nest at most
// 100 deep.
#pragma once

#include <cairn/node.h>
#include <cairn/value.h>

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace [[gnu::visibility("default")]] cairn {

class Filter;

namespace graph::filter {
struct Term;
const Term& root_of(const Filter& filter);
}  // namespace graph::filter

/// What a test looks at.
enum class FilterField : std::uint8_t {
  id,
  kind,
  type,
  state,
  label,
  description,
  run,
  created,
  modified,
  exit_status,
  exit_message,
  code_version,
  content,
  size,
  tag,
  group,
  uid,
  attributes,
  extras,
};

enum class Comparison : std::uint8_t {
  equal,          ///< =
  not_equal,      ///< !=
  less,           ///< <
  less_equal,     ///< <=
  greater,        ///< >
  greater_equal,  ///< >=
  matches,        ///< ~
};

/// A field, and for attributes and extras the way to a value in them.
class FilterPath {
 public:
  /// The key of an entry or the name of a field, or the number of an element.
  using Step = std::variant<std::string, std::uint64_t>;

  FilterPath(FilterField field) : field_(field) {}
  /// As in a filter: "label", "attributes.energy". Throws invalid_argument that shows the column.
  template <std::convertible_to<std::string_view> Text>
  FilterPath(const Text& text) : FilterPath(parse(text)) {}

  /// The path to a part of what this one leads to: FilterPath("attributes").member("odd name").element(3). Throws
  /// invalid_argument unless it begins with attributes or extras, or if the name is not UTF-8; limit for more than 512
  /// steps.
  FilterPath member(std::string name) const;
  FilterPath element(std::uint64_t index) const;

  FilterField field() const { return field_; }
  const std::vector<Step>& steps() const { return steps_; }
  /// As parsing reads it.
  std::string text() const;

  friend bool operator==(const FilterPath&, const FilterPath&) = default;

 private:
  static FilterPath parse(std::string_view text);
  FilterPath with(Step step) const;

  FilterField field_;
  std::vector<Step> steps_;
};

/// A moment that moves with the clock: `now-7d` is FromNow{-std::chrono::days(7)}. At most 10^12 seconds either way.
struct FromNow {
  std::chrono::seconds offset{0};

  friend auto operator<=>(const FromNow&, const FromNow&) = default;
};

/// What a field is compared with.
class FilterValue {
 public:
  using Storage = std::variant<Value, Timestamp, FromNow, NodeKind, NodeState>;

  template <std::convertible_to<Value> T>
  FilterValue(T&& value) : storage_(std::in_place_type<Value>, std::forward<T>(value)) {}
  FilterValue(Timestamp time) : storage_(time) {}
  FilterValue(FromNow time) : storage_(time) {}
  FilterValue(NodeKind kind) : storage_(kind) {}
  FilterValue(NodeState state) : storage_(state) {}

  const Storage& storage() const { return storage_; }

 private:
  Storage storage_;
};

/// Where a text is no filter, and why.
struct FilterFault {
  std::size_t line = 1;
  std::size_t column = 1;  ///< in characters, not bytes, from 1; behind the last one if the text ends too soon
  std::string problem;     ///< what was expected, and what was found
};

/// Chooses nodes. A value: copies are cheap and share what does not change.
class Filter {
 public:
  /// Every node passes.
  Filter() = default;

  /// Reads the grammar above. Throws invalid_argument: a line with the column, counted in characters from 1, and what
  /// was expected there; the line of the text; a caret below the column.
  static Filter parse(std::string_view text);
  /// What parse would throw, for programs; empty if the text is a filter.
  static std::optional<FilterFault> find_fault(std::string_view text);

  /// A test, without text that would need quotes: where("attributes.energy", Comparison::less, -1.5). Ids may be Uuid,
  /// ObjectId, ArtifactId or text; times Timestamp, FromNow, Date, DateTime or text. Throws invalid_argument if the
  /// field is not compared with such a value, or not so.
  static Filter where(const FilterPath& path, Comparison comparison, const FilterValue& value);
  /// Nodes where it equals one of `values`; no node passes if there are none. Throws as where() does, and limit for
  /// more than a million. Cost: one comparison after the other.
  static Filter in(const FilterPath& path, const std::vector<FilterValue>& values);
  static Filter exists(const FilterPath& path);

  /// Both, either, not. What is simpler said otherwise is: !!a is a. Throw limit if the result nests deeper than 100,
  /// or has more than a million tests.
  friend Filter operator&&(const Filter& a, const Filter& b);
  friend Filter operator||(const Filter& a, const Filter& b);
  Filter operator!() const;

  /// Text that parses to an equal filter, unless it is longer than 64 KiB. Control characters in it are escaped.
  std::string text() const;

  /// Whether the node passes, at the moment `now`; of groups it is taken to be in none. Cost: plain fields first, attributes
  /// only if they decide.
  bool passes(const Node& node, Timestamp now) const;

  /// True for filters made of the same tests in the same order; others may choose the same nodes.
  friend bool operator==(const Filter& a, const Filter& b);

 private:
  friend const graph::filter::Term& graph::filter::root_of(const Filter& filter);
  explicit Filter(std::shared_ptr<const graph::filter::Term> root) : root_(std::move(root)) {}

  std::shared_ptr<const graph::filter::Term> root_;  // null: every node
};

}  // namespace cairn
