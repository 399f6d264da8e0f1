// Looking for blobs that nobody knows the place of: in all packs of a store, and among the bytes that it keeps beside the records.
#pragma once

#include <functional>
#include <span>

#include "engine/engine.h"

namespace cairn::engine {

/// What is looked for, and who gets it. The bytes match the digest.
struct BlobSearch {
  std::function<bool(const Digest&)> is_wanted;
  std::function<void(BlobKind kind, std::uint8_t probe, const Digest& digest, std::span<const std::byte> bytes)> found;
};

/// An engine that may have more copies of blobs than it knows.
class BlobSearcher {
 public:
  virtual ~BlobSearcher() = default;
  /// Cost: reads the packs from front to back, but not the bytes of blobs that are not wanted; and all small blobs. One that lies in
  /// several places may be found as often.
  virtual void search_blobs(const BlobSearch& search) const = 0;
};

/// As BlobSearcher; an engine that is none has no such copies.
void search_blobs(const Engine& engine, const BlobSearch& search);

}  // namespace cairn::engine
