// Looking for blobs in a store on disk without their locations.
#pragma once

#include "engine/blob_search.h"
#include "engine/disk_core.h"

namespace cairn::engine {

/// As BlobSearcher::search_blobs. Memory: 1 MiB, and the largest blob that is found.
void search_disk(const DiskCore& core, const Records& records, const BlobSearch& search);

}  // namespace cairn::engine
