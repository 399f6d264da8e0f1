// Moments on the command line: a time, or an age.
#pragma once

#include <cairn/node.h>

#include <string>
#include <string_view>

namespace cairn::cli {

/// A time such as 2026-03-01T12:00:00Z, or so long before now as an age says, such as 90s, 30m, 12h or 7d. Throws UsageError
/// naming the option.
Timestamp parse_moment(std::string_view option, const std::string& text);

}  // namespace cairn::cli
