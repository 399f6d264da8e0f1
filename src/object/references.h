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

/// Holds `root`, a stored object or artifact that the commit of `staging` will name. Throws not_found if it is not in the
/// store.
void hold(engine::Staging& staging, const BlobReference& root);

/// To be called before `staging` is published. If it goes to a pack, holds all below what is held, so that the commit
/// brings it along; throws damaged if something is missing. Cost: none for a small commit; else what is packed already was
/// packed with all it needs (schema/FORMAT.md, "Families") and is not followed. What is missing is passed by if `may_lack` says so.
void hold_needed(engine::Staging& staging, const std::function<bool(const Digest&)>& may_lack = {});

}  // namespace cairn::object
