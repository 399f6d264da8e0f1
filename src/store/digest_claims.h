// Claims whose names are digests: of what was purged, and of what was lost.
#pragma once

#include <cairn/digest.h>

#include <cstring>
#include <string>
#include <string_view>

#include "engine/engine.h"

namespace cairn::store {

/// Calls `visit(digest, value)` for each claim that begins with the letter. Passes over names of other sizes, which verify finds.
template <class Visit>
void visit_digest_claims(const engine::View& view, char letter, const Visit& visit) {
  const std::string prefix(1, letter);
  const auto claims = view.claims();
  for (bool more = claims->seek(prefix); more && claims->key().starts_with(prefix); more = claims->next()) {
    Digest digest;
    if (claims->key().size() != prefix.size() + digest.bytes.size()) continue;
    std::memcpy(digest.bytes.data(), claims->key().data() + prefix.size(), digest.bytes.size());
    visit(digest, claims->value());
  }
}

}  // namespace cairn::store
