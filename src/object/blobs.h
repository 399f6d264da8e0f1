// Blobs by content: hashing, and stepping aside when a digest belongs to other bytes.
#pragma once

#include <span>

#include "engine/engine.h"

namespace cairn::object {

/// Stages `bytes` and returns the digest that names them from now on. Equal bytes of one kind always get the same
/// digest. Throws what Staging::stage throws, and limit after 255 collisions.
Digest stage_blob(engine::Staging& staging, engine::BlobKind kind, std::span<const std::byte> bytes);

}  // namespace cairn::object
