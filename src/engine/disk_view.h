// Reading a store on disk: one state of its records, and the packs they refer to.
#pragma once

#include <memory>

#include <rocksdb/snapshot.h>

#include "engine/disk_core.h"

namespace cairn::engine {

/// The writer's views are snapshots. A reader's records stay as they were when they were opened.
std::unique_ptr<View> make_disk_view(std::shared_ptr<const DiskCore> core, std::shared_ptr<const Records> records);

}  // namespace cairn::engine
