// PurgeView: a view in which what was purged cannot be read, whether or not its bytes are still there, and what was lost is said to be.
#pragma once

#include "store/forwarding_view.h"

namespace cairn::store {

/// Reading a purged object, artifact or checkpoint throws purged, which says when and why. Cost: a look-up for each of them that is
/// read alone; one for all if nothing was ever purged, where many are read. Of a blob that a repair marked as lost, damaged is thrown,
/// with what was wrong with it; where many are read, not_found. `view` must outlive it.
class PurgeView : public ForwardingView {
 public:
  explicit PurgeView(const engine::View& view) : ForwardingView(view) {}

  engine::Bytes get_blob(engine::BlobKind kind, const Digest& digest) const override;
  void get_many(engine::BlobKind kind, std::span<const Digest> blobs, const engine::VisitBlob& visit) const override;
};

}  // namespace cairn::store
