// Collection in a store on disk.
#pragma once

#include <memory>
#include <mutex>

#include "engine/collection.h"
#include "engine/disk_committer.h"
#include "engine/disk_core.h"

namespace cairn::engine {

/// `turn` is held as long as it lives. `committer` must outlive it.
std::unique_ptr<Collection> begin_disk_collection(std::shared_ptr<DiskCore> core, DiskCommitter& committer,
                                                  std::unique_lock<std::mutex> turn);

/// Whether nobody looks at states before that epoch any more, in this process or another. If so, it is recorded that they are not
/// whole. Readers that have been outdated for longer than a day do not count.
bool may_free_before(DiskCore& core, std::uint64_t epoch);

}  // namespace cairn::engine
