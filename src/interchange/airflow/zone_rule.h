// The rule for times behind the last transition of a zone's file: a TZ string of POSIX.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace cairn::interchange::airflow {

/// How far the clocks are east of UTC at that time by a rule such as "CET-1CEST,M3.5.0,M10.5.0/3"; empty for what is none.
/// Source: RFC 9636, section 3.3.1: hours may be from -167 to 167.
std::optional<std::chrono::seconds> offset_by_rule(std::string_view rule, std::chrono::sys_seconds at);

}  // namespace cairn::interchange::airflow
