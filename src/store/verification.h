// Verification: every structure against every other, then every byte against its digest.
#pragma once

#include <cairn/store.h>

namespace cairn::store {

class StoreState;

/// Memory: the digests of damaged blobs, and while tracing what they affect those of one checkpoint.
VerifyReport verify(const StoreState& state, const VerifyOptions& options);

}  // namespace cairn::store
