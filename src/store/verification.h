// Verification: every structure against every other, then every byte against its digest.
#pragma once

#include <cairn/store.h>

namespace cairn::store {

class StoreState;

/// As Store::verify. Sees one state of the store, whatever is committed meanwhile; what is collected meanwhile is no damage, nor is
/// what was purged. Findings about what each part checks are in the files *_verification.h, needed_blobs.h and damage_effects.h.
/// A sample is one of all blobs, or of those that only name bytes where a part of the store is verified. Memory: bounded, see
/// engine::scan_blobs and Findings; where a part of the store is verified, also its digests.
VerifyReport verify(const StoreState& state, const VerifyOptions& options);

}  // namespace cairn::store
