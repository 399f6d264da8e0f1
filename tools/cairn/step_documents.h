// Steps of runs as JSON documents; see documents.h.
#pragma once

#include <cairn/step.h>

#include <boost/json/object.hpp>

#include <string_view>

namespace cairn::cli {

/// "finished", "reused" or "running"; of one that has no result and that nobody is at, how its last attempt ended.
std::string_view state_text(const StepStatus& step);

boost::json::object document(const StepAttemptInfo& attempt);
boost::json::object document(const StepStatus& step);
boost::json::object document(const StepInvalidation& invalidation);

}  // namespace cairn::cli
