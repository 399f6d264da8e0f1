// Times in documents of other systems.
#pragma once

#include <cairn/node.h>

#include <optional>
#include <string_view>

namespace cairn::interchange {

/// The moment that a text of ISO 8601 says; empty for any other text, for one without an offset, and for moments that a
/// Timestamp does not hold.
std::optional<Timestamp> parse_time(std::string_view text);

}  // namespace cairn::interchange
