// What is a row of Weave, of which kind, and what is an export, by their keys alone (see document.h).
#pragma once

#include <cairn/value.h>

#include <optional>
#include <string>
#include <string_view>

#include "interchange/weave/document.h"

namespace cairn::interchange::weave {

/// The kind of a row that has all that it is known by; empty for any other value.
std::optional<RowKind> recognised(const Value& value);

/// The kind of the rows of a section; empty if an export has no section of that name.
std::optional<RowKind> section_kind(std::string_view name);

/// True for a map that has a row that is known as one of its section, or nothing but sections of what names itself as such.
bool is_export(const Map& map);

/// The field that stands under the key as JSON text; empty if it is no such. `is_of_database`: of a call whose inputs are text.
std::string dumped_field(const std::string& key, RowKind kind, bool is_of_database);

}  // namespace cairn::interchange::weave
