// Bytes as base64 (RFC 4648).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace cairn::interchange {

/// With padding.
std::string base64(std::string_view bytes);

/// Empty for what base64() does not write.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace cairn::interchange
