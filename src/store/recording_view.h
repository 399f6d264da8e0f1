// RecordingView: a view for reading what the store itself refers to. A blob that is missing is damage, unless it was purged, and
// the chunks that were read, and so compared with their digests, are remembered.
#pragma once

#include <cairn/error.h>

#include <mutex>
#include <unordered_set>

#include "store/purge_view.h"

namespace cairn::store {

/// `view` must outlive it. Memory: a digest a chunk.
class RecordingView : public PurgeView {
 public:
  explicit RecordingView(const engine::View& view) : PurgeView(view) {}

  /// What was read so far; not while others read.
  const std::unordered_set<Digest>& chunks() const { return chunks_; }

  engine::Bytes get_blob(engine::BlobKind kind, const Digest& digest) const override {
    engine::Bytes bytes = get_present(kind, digest);
    if (kind == engine::BlobKind::chunk) {
      std::lock_guard lock(mutex_);
      chunks_.insert(digest);
    }
    return bytes;
  }
  // One by one, so that all are remembered.
  void get_many(engine::BlobKind kind, std::span<const Digest> blobs, const engine::VisitBlob& visit) const override {
    BlobSource::get_many(kind, blobs, visit);
  }

 private:
  engine::Bytes get_present(engine::BlobKind kind, const Digest& digest) const {
    try {
      return PurgeView::get_blob(kind, digest);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::not_found) throw;
      throw Error(ErrorCode::damaged, error.what());
    }
  }

  mutable std::mutex mutex_;
  mutable std::unordered_set<Digest> chunks_;
};

}  // namespace cairn::store
