// Reading the blobs of a store on disk in the order in which they lie there.
#pragma once

#include <cstddef>
#include <functional>

#include "engine/blob_scan.h"
#include "engine/disk_core.h"

namespace cairn::engine {

/// Blobs that are put in the order in which they lie together: 64 MiB. If more are wanted, all are looked at once for each part.
inline constexpr std::size_t kScanPartMax = 1u << 20;

/// scan_blobs() in the state that `options` sees. What does not match is asked for again with `get`, which is View::get_blob:
/// that tells what is wrong with it. `is_there`, unless it is empty, tells whether a blob that lies there is read at all.
void scan_disk(const Records& records, const rocksdb::ReadOptions& options, const PackReader& packs, const BlobScan& scan,
               const std::function<Bytes(BlobKind, const Digest&)>& get, std::size_t part_max = kScanPartMax,
               const std::function<bool(const format::BlobLocation&)>& is_there = {});

}  // namespace cairn::engine
