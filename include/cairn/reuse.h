// What the graph says of steps whose results were taken over from other runs.
#pragma once

#include <cairn/node.h>

#include <string_view>

namespace [[gnu::visibility("default")]] cairn {

/// Label of the reference from the process of a step whose result was taken over, see StepOptions::reuse, to the process that
/// made it. What was taken over in a store of format 7 or older has no such reference; StepInfo::reused_from tells it all the same.
inline constexpr std::string_view kReusedFromLabel = "reused_from";

/// Whether the link is such a reference.
inline bool is_reuse(const Link& link) { return link.type == LinkType::reference && link.label == kReusedFromLabel; }

}  // namespace cairn
