// What is to be said of a value that is read.
#pragma once

#include <string>
#include <vector>

#include "interchange/airflow/zone_offsets.h"

namespace cairn::interchange::airflow {

/// Of one value.
struct Notes {
  ZoneDatabase& zones;
  std::vector<std::string> altered = {};  ///< what it lost when it was written, or would lose
};

}  // namespace cairn::interchange::airflow
