// Mending the root cell: the next numbers to be given out, leases, labels.
#pragma once

#include "store/repair_pass.h"

namespace cairn::store {

/// Next numbers that are missing, or not above what was given out already, are derived from that; leases as repair_leases.h says. A
/// label whose text is missing gets the text `lost_<number>`. Cost: reads all nodes and links.
void repair_numbers(RepairPass& pass);

}  // namespace cairn::store
