#include "store/purge_view.h"

#include <algorithm>

#include "store/losses.h"
#include "store/purges.h"

namespace cairn::store {

engine::Bytes PurgeView::get_blob(engine::BlobKind kind, const Digest& digest) const {
  if (is_purgeable(kind)) require_unpurged(view(), kind, digest);
  try {
    return view().get_blob(kind, digest);
  } catch (const Error& error) {
    throw missing_error(view(), kind, digest, error);
  }
}

void PurgeView::get_many(engine::BlobKind kind, std::span<const Digest> blobs, const engine::VisitBlob& visit) const {
  if (is_purgeable(kind) && has_purges(view()))
    if (const auto purged = purged_among(view(), blobs); !purged.empty()) require_unpurged(view(), kind, purged.front());
  view().get_many(kind, blobs, visit);
}

}  // namespace cairn::store
