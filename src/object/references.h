// What blobs refer to, whatever their kind: for verification, restart and collection.
#pragma once

#include <functional>
#include <span>
#include <unordered_set>
#include <vector>

#include "engine/engine.h"

namespace cairn::object {

/// A blob that another one names.
struct Reference {
  engine::BlobKind kind;
  Digest digest;

  friend bool operator==(const Reference&, const Reference&) = default;
};

/// The blobs that `bytes`, a blob of that kind, names directly. Throws damaged.
std::vector<Reference> references_of(engine::BlobKind kind, std::span<const std::byte> bytes);

/// Visits every blob below `root` that is not in `seen`, and adds it there. Blobs for which `read` is true are read
/// and compared with their digest; of others it is only checked that they are there, and what they name is not
/// followed. Throws damaged for the first that is missing or wrong. Memory: the digests of all blobs visited.
void walk_closure(const engine::View& view, const Reference& root, std::unordered_set<Digest>& seen,
                  const std::function<bool(const Reference&)>& read);

}  // namespace cairn::object
