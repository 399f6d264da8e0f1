// Mending blobs: those that do not match their digests, and those that are named and not there.
#pragma once

#include "store/repair_pass.h"

namespace cairn::store {

/// Looks for whole copies of them: in the packs of the store, then in the stores of `options.from`; what these name and is missing, too.
/// What is not found is marked as lost, then set aside. Cost: reads every blob, all packs if something is wrong. Memory: bounded, and some
/// 100 bytes for each blob that is wrong. Throws no_store and the like for another store that cannot be opened, before anything is changed.
void repair_blobs(RepairPass& pass, const RepairOptions& options);

}  // namespace cairn::store
