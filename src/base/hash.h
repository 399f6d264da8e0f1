// XXH3, the only hash of the store, behind the dispatching entry points of libxxhash.
#pragma once

#include <cairn/digest.h>

#include <cstddef>
#include <cstdint>
#include <span>

namespace cairn::base {

/// XXH3-128 of `bytes` with `seed`, in canonical (big-endian) form.
Digest hash128(std::span<const std::byte> bytes, std::uint64_t seed);

/// XXH3-64 of `bytes`, seed 0: checksums of headers and small files.
std::uint64_t hash64(std::span<const std::byte> bytes);

}  // namespace cairn::base
