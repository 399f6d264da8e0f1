// Mending links: those that nodes hold.
#pragma once

#include "store/repair_pass.h"

namespace cairn::store {

/// Links to nodes that are missing, and those that missing nodes hold, are given up. Where the links of a node are lost, they are
/// taken from the index of backlinks, which says the same. Cost: reads all links. Memory: the links that are restored, a part at a time.
void repair_links(RepairPass& pass);

}  // namespace cairn::store
