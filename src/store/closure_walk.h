// ClosureWalk: all blobs that some roots need, each once, those that a blob names before it.
#pragma once

#include <functional>
#include <map>
#include <vector>

#include "format/purge_record.h"
#include "store/blob_verification.h"
#include "store/bundle_parts.h"

namespace cairn::store {

/// The order follows from the content and the order of the roots alone. Memory: the digests of all blobs visited, the names in those
/// that are being visited, and 16 MiB of chunks.
class ClosureWalk {
 public:
  /// Gets each blob; `wants` is asked first, and if it says no, nothing below the blob is visited.
  ClosureWalk(const engine::View& view, std::function<bool(const object::BlobReference&)> wants,
              std::function<void(const BundleBlob&)> visit);

  /// Throws damaged for what is missing or damaged.
  void add(const object::BlobReference& root);

  /// What was met and had been purged, by digest.
  const std::map<Digest, format::PurgeRecord>& purges() const { return purges_; }

 private:
  struct Open {
    object::BlobReference blob;
    bool is_followed = false;  ///< what it names has been visited, or is above it on the stack
  };

  bool enter(const object::BlobReference& blob);
  void follow(const object::BlobReference& blob);
  void read_leaves(const std::vector<object::BlobReference>& leaves);
  void tell(const object::BlobReference& blob, std::span<const std::byte> bytes);
  engine::Bytes read(const object::BlobReference& blob) const;

  const engine::View& view_;
  const std::function<bool(const object::BlobReference&)> wants_;
  const std::function<void(const BundleBlob&)> visit_;
  const bool has_purges_;
  std::vector<Open> open_;
  DigestSet seen_;
  std::map<Digest, format::PurgeRecord> purges_;
};

}  // namespace cairn::store
