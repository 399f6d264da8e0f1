#include "object/references.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include "base/bytes.h"
#include "format/checkpoint.h"
#include "format/object.h"

namespace cairn::object {
namespace {

std::vector<BlobReference> checkpoint_references(std::span<const std::byte> bytes) {
  const format::CheckpointRecord checkpoint = format::decode_checkpoint(bytes);
  std::vector<BlobReference> references;
  for (const auto& [name, digest] : checkpoint.state) references.push_back({engine::BlobKind::object, digest});
  for (const auto& [name, digest] : checkpoint.artifacts) references.push_back({engine::BlobKind::artifact, digest});
  if (!checkpoint.metadata.empty())
    for (const BlobReference& needed : format::object_references(base::as_bytes(checkpoint.metadata)).blobs)
      references.push_back(needed);
  return references;
}

void require_present(const engine::View& view, const BlobReference& blob) {
  const auto info = view.find_blob(blob.digest);
  if (!info || info->kind != blob.kind)
    throw Error(ErrorCode::damaged, fmt::format("{} {} is {}", format::blob_kind_name(blob.kind), blob.digest.hex(),
                                                info ? "of another kind" : "missing"));
}

engine::Bytes get_present(const engine::View& view, const BlobReference& blob) {
  try {
    return view.get_blob(blob.kind, blob.digest);
  } catch (const Error& error) {
    if (error.code() == ErrorCode::not_found) require_present(view, blob);  // says that it is damage
    throw;
  }
}

}  // namespace

std::vector<BlobReference> references_of(engine::BlobKind kind, std::span<const std::byte> bytes) {
  switch (kind) {
    case engine::BlobKind::object:
    case engine::BlobKind::list_segment: return format::object_references(bytes).blobs;
    case engine::BlobKind::chunk_list: return format::chunk_list_references(bytes);
    case engine::BlobKind::directory: return format::directory_references(bytes);
    case engine::BlobKind::artifact: return format::artifact_references(bytes);
    case engine::BlobKind::checkpoint: return checkpoint_references(bytes);
    case engine::BlobKind::chunk:
    case engine::BlobKind::schema:
    case engine::BlobKind::message_schema: return {};
  }
  return {};
}

void hold(engine::Staging& staging, const BlobReference& root) {
  if (!staging.hold(root.kind, root.digest))
    throw Error(ErrorCode::not_found, fmt::format("{} {} is not in the store",
                                                  format::blob_kind_name(root.kind), root.digest.hex()));
}

void hold_needed(engine::Staging& staging, const std::function<bool(const Digest&)>& may_lack) {
  if (!staging.goes_to_pack()) return;
  struct Open {
    BlobReference blob;
    bool is_named;  // it was not packed when it was held, and may have been spilled since without what it needs
  };
  std::vector<Open> open;
  for (const auto& [kind, digest] : staging.held()) open.push_back({{kind, digest}, true});
  std::unordered_set<Digest> seen;
  while (!open.empty()) {
    const auto [blob, is_named] = open.back();
    open.pop_back();
    if (!seen.insert(blob.digest).second) continue;
    const auto info = staging.hold(blob.kind, blob.digest);
    if (!info && may_lack && may_lack(blob.digest)) continue;
    if (!info)
      throw Error(ErrorCode::damaged, fmt::format("{} {} is missing", format::blob_kind_name(blob.kind), blob.digest.hex()));
    if ((info->packed && !is_named) || blob.kind == engine::BlobKind::chunk || blob.kind == engine::BlobKind::schema ||
        blob.kind == engine::BlobKind::message_schema)
      continue;
    for (const BlobReference& named : references_of(blob.kind, staging.read(blob.kind, blob.digest)))
      open.push_back({named, false});
  }
}

void walk_closure(const engine::View& view, const BlobReference& root, std::unordered_set<Digest>& seen,
                  const std::function<bool(const BlobReference&)>& read) {
  std::vector<BlobReference> open{root};
  while (!open.empty()) {
    const BlobReference blob = open.back();
    open.pop_back();
    if (!seen.insert(blob.digest).second) continue;
    if (!read(blob)) {
      require_present(view, blob);
      continue;
    }
    // Backwards onto the stack, so that they are read in the order in which they were written.
    const std::vector<BlobReference> below = references_of(blob.kind, get_present(view, blob));
    for (auto named = below.rbegin(); named != below.rend(); ++named)
      if (!seen.contains(named->digest)) open.push_back(*named);
  }
}

}  // namespace cairn::object
