// What the texts of a node may be.
#pragma once

#include <string_view>

#include "format/records.h"

namespace cairn::graph {

inline constexpr std::size_t kTypeBytesMax = 1024;

/// Throws invalid_argument for a type that no node can have: longer than kTypeBytesMax, no UTF-8, or with NUL.
void check_type(std::string_view type);

/// Throws invalid_argument for a name that no tag or group can have: not 1 to 255 bytes of UTF-8 without control characters.
void check_name(std::string_view what, std::string_view name);

/// Throws invalid_argument for a unique id that no node can have.
void check_unique_id(const Identity& name);

/// Throws invalid_argument naming the text that the record cannot have.
void check_texts(const format::NodeRecord& record);

}  // namespace cairn::graph
