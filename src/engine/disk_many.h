// Reading many blobs of a store on disk at once.
#pragma once

#include <span>

#include "engine/disk_core.h"

namespace cairn::engine {

/// View::get_many in the state that `options` sees.
void read_many(const DiskCore& core, const Records& records, const rocksdb::ReadOptions& options, BlobKind kind,
               std::span<const Digest> blobs, const VisitBlob& visit);

}  // namespace cairn::engine
