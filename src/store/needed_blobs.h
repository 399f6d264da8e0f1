// Verification of a part of the store: what some checkpoints, nodes, objects and artifacts need.
#pragma once

#include "store/blob_verification.h"

namespace cairn::store {

/// As VerifyOptions::only and since: checks these and reads all below them. Of what names nothing, chunks above all, the digests are
/// returned and not read. What is purged is passed over. Throws invalid_argument for a kind of thing that is none. Memory: some 25
/// bytes for each blob that they need.
DigestSet check_part(VerificationPass& pass, const VerifyOptions& options);

}  // namespace cairn::store
