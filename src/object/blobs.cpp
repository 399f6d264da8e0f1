#include "object/blobs.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include "format/blob.h"

namespace cairn::object {

Digest stage_blob(engine::Staging& staging, engine::BlobKind kind, std::span<const std::byte> bytes) {
  // A crafted blob may own the digest that these bytes would get; it must not be able to deny or alter this one.
  for (unsigned probe = 0; probe <= 255; ++probe) {
    const auto seed = static_cast<std::uint8_t>(probe);
    const Digest digest = format::blob_digest(kind, seed, bytes);
    if (digest == Digest{}) continue;  // stands for a hole in lists of chunks
    if (staging.stage(kind, seed, digest, bytes) == engine::StageResult::clash) continue;
    if (kind == engine::BlobKind::object || kind == engine::BlobKind::artifact) staging.note_stored(digest);
    return digest;
  }
  throw Error(ErrorCode::limit, fmt::format("store a {} of {} bytes: 256 digests belong to other bytes already",
                                            format::blob_kind_name(kind), bytes.size()));
}

}  // namespace cairn::object
