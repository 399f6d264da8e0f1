// Moments as users type them.
#pragma once

#include <cairn/node.h>

#include <string>

namespace cairn::cli {

/// A time such as 2026-03-01T12:00:00Z, or an age such as 90s, 30m, 12h or 7d. Throws UsageError naming the option.
Timestamp parse_moment(const std::string& option, const std::string& text);

}  // namespace cairn::cli
