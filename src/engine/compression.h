// Compression of single blobs, checked before anything relies on it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "format/pack.h"

namespace cairn::engine {

/// The bytes as lz4, if that saves an eighth or more; empty otherwise. What is returned was decompressed again and
/// found equal to `bytes`.
std::optional<std::vector<std::byte>> compress(std::span<const std::byte> bytes);

/// The blob of `size` bytes that is stored as `stored`. Throws damaged if it does not decode to exactly that size.
std::vector<std::byte> decompress(format::BlobCodec codec, std::vector<std::byte> stored, std::uint64_t size);

/// True if `stored` stands for exactly `bytes`. Damaged ones do not.
bool stands_for(format::BlobCodec codec, std::span<const std::byte> stored, std::span<const std::byte> bytes);

}  // namespace cairn::engine
