// Compression of single blobs, checked before anything relies on it.
#pragma once

#include <cairn/compression.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "format/pack.h"

namespace cairn::engine {

/// A blob as it is stored.
struct Compressed {
  format::BlobCodec codec;
  std::span<const std::byte> bytes;
};

/// Compresses one blob after the other, each on its own. Keeps its tables and buffers: for a small blob, to set them up
/// costs more than to compress it.
class Compressor {
 public:
  /// `zstd_level` is 1 to 19.
  explicit Compressor(Compression method = Compression::lz4, int zstd_level = 3);
  ~Compressor();
  Compressor(const Compressor&) = delete;
  Compressor& operator=(const Compressor&) = delete;

  /// The bytes compressed, if that saves an eighth or more; empty otherwise. What is returned was decompressed again and
  /// found equal to `bytes`; it lives until the next call. After a row of large blobs that gave nothing, of most of the next
  /// only those are tried whose middle shrinks, until one gives something.
  std::optional<Compressed> compress(std::span<const std::byte> bytes);

 private:
  struct State;
  bool is_worth_trying(std::span<const std::byte> bytes);
  std::size_t make_lz4(std::span<const std::byte> bytes, std::size_t most);
  std::size_t make_zstd(std::span<const std::byte> bytes, std::size_t most);

  const Compression method_;
  const int zstd_level_;
  std::unique_ptr<State> state_;
  std::vector<std::byte> stored_, again_;
  std::size_t failures_ = 0;  // large blobs in a row that gave nothing, or were not tried
};

/// The blob of `size` bytes that is stored as `stored`. Throws damaged if it does not decode to exactly that size.
std::vector<std::byte> decompress(format::BlobCodec codec, std::vector<std::byte> stored, std::uint64_t size);

/// As above, with the bytes in `room` unless they are stored as they are; empty instead of throwing.
std::optional<std::span<const std::byte>> decompress(format::BlobCodec codec, std::span<const std::byte> stored,
                                                     std::uint64_t size, std::vector<std::byte>& room);

/// True if `stored` stands for exactly `bytes`. Damaged ones do not. `room` is for decompressing.
bool stands_for(format::BlobCodec codec, std::span<const std::byte> stored, std::span<const std::byte> bytes,
                std::vector<std::byte>& room);

}  // namespace cairn::engine
