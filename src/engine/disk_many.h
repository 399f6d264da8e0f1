// Reading many blobs of a store on disk at once.
#pragma once

#include <span>

#include "engine/disk_core.h"
#include "engine/pack_stream.h"

namespace cairn::engine {

/// View::get_many in the state that `options` sees. `stream` is best the one that the blobs before were read from.
void read_many(const DiskCore& core, const Records& records, const rocksdb::ReadOptions& options, BlobKind kind,
               std::span<const Digest> blobs, const VisitBlob& visit, PackStream& stream);

}  // namespace cairn::engine
