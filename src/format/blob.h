// Digests of blobs: schema/FORMAT.md, "Digests".
#pragma once

#include <cairn/digest.h>

#include <cstddef>
#include <span>

#include "base/hash.h"
#include "format/keys.h"

namespace cairn::format {

/// XXH3-128 of `bytes`, seeded with the kind and with how many seeds collided before.
inline Digest blob_digest(BlobKind kind, std::uint8_t probe, std::span<const std::byte> bytes) {
  return base::hash128(bytes, static_cast<std::uint64_t>(kind) | static_cast<std::uint64_t>(probe) << 8);
}

}  // namespace cairn::format
