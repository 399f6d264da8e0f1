// Moving blobs out of packs of which little is left.
#pragma once

#include <memory>

#include "engine/disk_committer.h"
#include "engine/disk_core.h"

namespace cairn::engine {

/// As Engine::repack; no collection may be under way.
RepackReport repack(DiskCore& core, DiskCommitter& committer, const RepackOptions& options);

}  // namespace cairn::engine
