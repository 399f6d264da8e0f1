// Blobs against their digests, and what they name against what is there.
#pragma once

#include <cstdint>
#include <functional>

#include <boost/unordered/unordered_flat_set.hpp>

#include "store/verification_pass.h"

namespace cairn::store {

using DigestSet = boost::unordered_flat_set<Digest, std::hash<Digest>>;

/// True for kinds that name nothing.
inline bool names_nothing(engine::BlobKind kind) {
  return kind == engine::BlobKind::chunk || kind == engine::BlobKind::schema || kind == engine::BlobKind::message_schema;
}

/// Throws invalid_argument for a sample that is no part.
void check_sample(const VerifyOptions& options);

/// Reads and counts the blobs of the view that the options are about, in the order in which they lie. Structure alone is all but
/// chunks. Memory: as engine::scan_blobs.
void check_blobs(VerificationPass& pass, const VerifyOptions& options);

/// As check_blobs, for those of `wanted` that name nothing; what names others has been read to find them.
void check_leaves(VerificationPass& pass, const VerifyOptions& options, const DigestSet& wanted);

}  // namespace cairn::store
