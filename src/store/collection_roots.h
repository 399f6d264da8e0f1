// What rows and records need of blobs: where collection begins.
#pragma once

#include <functional>
#include <string_view>

#include "engine/engine.h"
#include "object/references.h"

namespace cairn::store {

/// A blob that something names which is no blob itself.
struct BlobRoot {
  object::BlobReference blob;
  std::string_view kind;  ///< of what names it: "tag", "run", "node type", "group"
  std::string_view name;  ///< of that; a tag with its run
};

/// Calls `visit` with each; what it is given lives until it returns. First tags, then the rest of the runs, also of those that were
/// deleted and have something left for forks, then nodes and groups. Throws damaged: what cannot be read may need something, too.
/// Cost: all rows of runs and all records of nodes.
void visit_blob_roots(const engine::View& view, const std::function<void(const BlobRoot&)>& visit);

}  // namespace cairn::store
