// Links that break a rule, as loads took them in.
#pragma once

#include <cairn/bulk_load.h>

#include <vector>

#include "store/store_state.h"

namespace cairn::store {

std::vector<Violation> list_violations(const StoreState& state);

}  // namespace cairn::store
