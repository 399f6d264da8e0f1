// Differences and reasons as JSON documents.
#pragma once

#include <cairn/store.h>

#include <boost/json/object.hpp>

namespace cairn::cli {

boost::json::object document(const ValueDifference& difference);
boost::json::object document(const CheckpointDifference& difference);
boost::json::object document(const RunDifference& difference);
boost::json::object document(const StepDifference& difference);
boost::json::object document(const StepInfo& step);
boost::json::object document(const StepReason& reason);

}  // namespace cairn::cli
