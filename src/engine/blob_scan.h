// Scans: reading many blobs of a view, about in the order in which they lie on disk.
#pragma once

#include <cairn/error.h>

#include <cstdint>
#include <functional>
#include <span>

#include "engine/engine.h"

namespace cairn::engine {

/// Which blobs a scan reads, and who gets them. Only `is_wanted` and `planned` are called by one thread at a time.
struct BlobScan {
  /// Whether the blob is read. Asked more than once for one blob, and must then answer the same.
  std::function<bool(const Digest&, const BlobInfo&)> is_wanted;
  /// How many are wanted; called once, before the first is read. May be empty.
  std::function<void(std::uint64_t count)> planned = {};
  /// The bytes, as get_many gives them.
  std::function<void(const Digest&, const BlobInfo&, std::span<const std::byte> bytes)> visit;
  /// What get_blob() throws for the blob; no `info` if what the store says of it cannot be read.
  std::function<void(const Digest&, const BlobInfo* info, const Error&)> failed;
  unsigned threads = 1;  ///< that read, the caller's among them
};

/// A view of blobs that lie somewhere.
class BlobScanner {
 public:
  virtual ~BlobScanner() = default;
  virtual void scan_blobs(const BlobScan& scan) const = 0;
};

/// Reads blobs about in the order in which they lie on disk, what a blob names usually before it. Throws what the functions throw,
/// and damaged if not even the list of blobs can be read. Cost: that of reading the packs from front to back, if most is wanted,
/// and a walk over all digests for each million blobs. Memory: 64 MiB, and some 8 MiB a thread. Of a view that is no BlobScanner,
/// each is asked for by itself.
void scan_blobs(const View& view, const BlobScan& scan);

}  // namespace cairn::engine
