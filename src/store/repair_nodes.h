// Mending nodes: records, names, groups.
#pragma once

#include "store/repair_pass.h"

namespace cairn::store {

/// A record that cannot be read is kept aside and given up; that of a run's node is made again from the run. UUIDs and unique ids lead
/// to the nodes that have them, and to nothing else. Cost: reads all node records and claims of nodes.
void repair_nodes(RepairPass& pass);
/// Members that are no nodes are taken out; a group whose record is lost gets one with its name alone.
void repair_groups(RepairPass& pass);

}  // namespace cairn::store
