#include "engine/blob_search.h"

namespace cairn::engine {

void search_blobs(const Engine& engine, const BlobSearch& search) {
  if (const auto* const able = dynamic_cast<const BlobSearcher*>(&engine)) able->search_blobs(search);
}

}  // namespace cairn::engine
