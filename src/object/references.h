// What blobs refer to, whatever their kind: for verification, restart and collection.
#pragma once

#include <functional>
#include <span>
#include <unordered_set>
#include <vector>

#include "engine/engine.h"
#include "format/references.h"

namespace cairn::object {

using format::BlobReference;

/// The blobs that `bytes`, a blob of that kind, names directly. Throws damaged.
std::vector<BlobReference> references_of(engine::BlobKind kind, std::span<const std::byte> bytes);

/// Visits `root` and every blob below it that is not in `seen`, and adds them there. Blobs for which `read` is true
/// are read and compared with their digest; of others it is only checked that they are there, and what they name is
/// not followed. Throws damaged for the first that is missing or wrong. Memory: the digests of all blobs visited.
void walk_closure(const engine::View& view, const BlobReference& root, std::unordered_set<Digest>& seen,
                  const std::function<bool(const BlobReference&)>& read);

/// Holds `root`, a stored object or artifact, and all below it, so that the commit of `staging` keeps it and, if it
/// goes to a pack, brings it along. Throws not_found if `root` is not in the store, damaged if something below is not.
/// Cost: what is packed already was packed with all it needs (schema/FORMAT.md, "Packs") and is not followed.
void hold_closure(engine::Staging& staging, const BlobReference& root);

}  // namespace cairn::object
