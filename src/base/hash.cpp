#include "base/hash.h"

// Debian's plain XXH3_128bits is SSE2 only; the dispatching one uses what the processor has.
#include <xxh_x86dispatch.h>

namespace cairn::base {

Digest hash128(std::span<const std::byte> bytes, std::uint64_t seed) {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits_withSeed_dispatch(bytes.data(), bytes.size(), seed));
  Digest digest;
  static_assert(sizeof canonical.digest == sizeof digest.bytes);
  std::memcpy(digest.bytes.data(), canonical.digest, sizeof canonical.digest);
  return digest;
}

std::uint64_t hash64(std::span<const std::byte> bytes) {
  return XXH3_64bits_dispatch(bytes.data(), bytes.size());
}

}  // namespace cairn::base
