// Types that a SCALE-MS document describes, by their fields.
#pragma once

#include <cairn/interchange.h>

#include <optional>
#include <string>
#include <string_view>

#include "interchange/scalems/grammar.h"

namespace cairn::interchange::scalems {

struct TypeDescription {
  std::string name;
  Value description;  ///< as written
  std::string place;

  /// The description of a field; null if there is none.
  const Map* find_field(std::string_view field) const;
  /// True for what is done, not only held: it has a result, or says that it is a command.
  bool is_of_processes() const;
};

/// The names of a type identifier, an array of them or one text, with "." between them.
Parsed<std::string> type_name(const Value& identifier);

/// True for a field whose values are text, also where they look like references.
bool is_of_text(const Map& field);

/// Checks a description. What is not of the format throws bad_document with its place; what is kept without being understood is
/// reported.
TypeDescription read_type(std::string_view name, const Value& description, const std::string& place, ImportReport& report);

}  // namespace cairn::interchange::scalems
