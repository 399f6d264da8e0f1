// Letting go of damaged blobs of a store on disk.
#pragma once

#include <span>

#include "engine/disk_committer.h"
#include "engine/disk_core.h"

namespace cairn::engine {

/// As BlobQuarantine::set_aside. Memory: the digests, and the bytes of one blob.
void set_aside_on_disk(DiskCore& core, DiskCommitter& committer, std::span<const Digest> blobs);

}  // namespace cairn::engine
