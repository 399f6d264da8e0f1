#include "store/carriers.h"

#include <cairn/error.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "format/object.h"
#include "object/references.h"

namespace cairn::store {

using engine::BlobKind;
using format::BlobReference;

// Only objects, and the segments of long lists in them, name objects and artifacts.
std::vector<BlobReference> Carriers::named_by(const BlobReference& blob) const {
  if (blob.kind != BlobKind::object && blob.kind != BlobKind::list_segment) return {};
  try {
    return object::references_of(blob.kind, view_.get_blob(blob.kind, blob.digest));
  } catch (const Error& error) {
    if (error.code() != ErrorCode::not_found && error.code() != ErrorCode::damaged) throw;
    return {};
  }
}

// Depth first, on a stack of our own: a chain of objects may be millions long.
bool Carriers::carries(const BlobReference& root) {
  struct Visit {
    BlobReference blob;
    std::vector<BlobReference> named;
    std::size_t next = 0;
  };
  std::vector<Visit> open;
  const auto enter = [&](const BlobReference& blob) {
    const auto [entry, is_new] = known_.try_emplace(blob.digest, blob == value_);
    if (is_new && !entry->second) open.push_back({blob, named_by(blob)});
    return entry->second;
  };
  bool found = enter(root);
  while (!open.empty()) {
    Visit& visit = open.back();
    if (!found && visit.next < visit.named.size()) {
      found = enter(visit.named[visit.next++]);
      continue;
    }
    if (found) known_[visit.blob.digest] = true;  // and so for all that led to it
    open.pop_back();
  }
  return found;
}

bool Carriers::carries(const Content& content) {
  if (const auto* object = std::get_if<ObjectId>(&content)) return carries(BlobReference{BlobKind::object, object->digest});
  if (const auto* artifact = std::get_if<ArtifactId>(&content)) return carries(BlobReference{BlobKind::artifact, artifact->digest});
  return false;
}

bool Carriers::carries_embedded(std::string_view bytes) {
  if (bytes.empty()) return false;
  return std::ranges::any_of(format::object_references(base::as_bytes(bytes)).blobs,
                             [&](const BlobReference& named) { return carries(named); });
}

bool Carriers::carries(const format::CheckpointRecord& checkpoint) {
  const auto one = [&](BlobKind kind, const auto& parts) {
    return std::ranges::any_of(parts, [&](const auto& part) { return carries(BlobReference{kind, part.second}); });
  };
  return one(BlobKind::object, checkpoint.state) || one(BlobKind::artifact, checkpoint.artifacts) ||
         carries_embedded(checkpoint.metadata);
}

bool Carriers::carries(const format::NodeRecord& node) {
  return carries(node.content) || carries_embedded(node.attributes) || carries_embedded(node.extras);
}

}  // namespace cairn::store
