// Places inside of values: paths as a walk goes, and values with others put in at some of them.
#pragma once

#include <cairn/value.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cairn::interchange::gemd {

/// Keys and numbers of elements, from a value to one inside of it.
using Steps = std::vector<std::string>;

/// A step of a walk, on its stack, behind those before it.
struct Path {
  const Path* outer = nullptr;       ///< null: where the walk began
  const std::string* key = nullptr;  ///< null: it is an element
  std::size_t index = 0;

  Steps steps() const;
  /// A JSON pointer from where the walk began.
  std::string pointer() const;
  /// A label for links: the keys on the way, one in another, without those that are no labels; "reference" if
  /// none is one.
  std::string label() const;
};

std::string pointer_of(const Steps& steps);
/// Of a pointer that pointer_of() gave.
Steps steps_of(std::string_view pointer);

/// What stands at a place instead; if empty, nothing does: the element or entry is left out.
struct Patch {
  Steps steps;
  std::optional<Value> value;
};

/// A copy with the patches, of which none may be at the root, or inside of another; those of entries that are
/// not there add them. Sorts the patches, and moves their values out.
Value patched(const Value& value, std::vector<Patch>& patches);
Map patched(const Map& map, std::vector<Patch>& patches);

}  // namespace cairn::interchange::gemd
