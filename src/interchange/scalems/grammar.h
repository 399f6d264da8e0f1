// The words of SCALE-MS documents: uids, labels, type identifiers, references.
//
//   uid        64 hexadecimal digits; also a UUID, as the identity of records; "aaaa..." as the examples abbreviate one
//   label      1 or more of [A-Za-z0-9_-]
//   type       names with "." between them; also as an array of them
//   reference  uid ["." nested], or "." nested for what the context of a workflow knows
//   nested     label ["[" integer "]"] ["." nested]
//
// Source: SCALE-MS, docs/design/serialization.rst, "Identifiers". Beyond it, what its code writes: hexadecimal in lower case,
// UUIDs, and in type identifiers names of Python's modules and classes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cairn::interchange::scalems {

/// What a text says, or what is wrong with it: "column 3: expected ..., found ...", columns in bytes from 1.
template <class T>
struct Parsed {
  T value = {};
  std::string fault = {};

  explicit operator bool() const { return fault.empty(); }
};

struct Uid {
  std::string name;  ///< in lower case, without hyphens: equal for all spellings
  /// It names one thing everywhere. False for an abbreviation, which names an element of its document alone.
  bool is_global = false;

  friend bool operator==(const Uid&, const Uid&) = default;
};

/// A step of a nested reference.
struct Step {
  std::string label;
  std::optional<std::uint64_t> subscript = {};

  friend bool operator==(const Step&, const Step&) = default;
};

struct Reference {
  std::optional<Uid> uid = {};  ///< empty: the context of the workflow knows what it begins with
  std::vector<Step> steps = {};
};

Parsed<Uid> parse_uid(std::string_view text);
/// The value is the text itself.
Parsed<std::string> parse_label(std::string_view text);
/// The value is the text itself: the names, with a "." between them.
Parsed<std::string> parse_type(std::string_view text);
Parsed<Reference> parse_reference(std::string_view text);

/// Equal for references that mean the same: with the name of the uid.
std::string meaning_of(const Reference& reference);

}  // namespace cairn::interchange::scalems
