#include "engine/compression.h"

#include <cairn/error.h>

#include <fmt/format.h>
#include <lz4.h>

#include <cstring>

namespace cairn::engine {
namespace {

const char* chars(const std::byte* bytes) { return reinterpret_cast<const char*>(bytes); }
char* chars(std::byte* bytes) { return reinterpret_cast<char*>(bytes); }

bool same(std::span<const std::byte> one, std::span<const std::byte> other) {
  // memcmp: std::ranges::equal goes byte by byte (g++ 12).
  return one.size() == other.size() && (one.empty() || std::memcmp(one.data(), other.data(), one.size()) == 0);
}

bool decodes_to(std::span<const std::byte> stored, std::span<std::byte> out) {
  return LZ4_decompress_safe(chars(stored.data()), chars(out.data()), static_cast<int>(stored.size()),
                             static_cast<int>(out.size())) == static_cast<int>(out.size());
}

}  // namespace

std::optional<std::vector<std::byte>> compress(std::span<const std::byte> bytes) {
  if (bytes.size() < 64 || bytes.size() > LZ4_MAX_INPUT_SIZE) return std::nullopt;
  // lz4 stops when the room it was given is used up, so data that does not shrink costs little.
  std::vector<std::byte> stored(bytes.size() - bytes.size() / 8);
  const int size = LZ4_compress_default(chars(bytes.data()), chars(stored.data()), static_cast<int>(bytes.size()),
                                        static_cast<int>(stored.size()));
  if (size <= 0) return std::nullopt;
  stored.resize(static_cast<std::size_t>(size));
  std::vector<std::byte> again(bytes.size());
  if (!decodes_to(stored, again) || !same(again, bytes)) return std::nullopt;
  return stored;
}

std::vector<std::byte> decompress(format::BlobCodec codec, std::vector<std::byte> stored, std::uint64_t size) {
  if (codec == format::BlobCodec::raw && stored.size() == size) return stored;
  const bool plausible = codec == format::BlobCodec::lz4 && size <= LZ4_MAX_INPUT_SIZE && size / 255 <= stored.size();
  std::vector<std::byte> bytes(plausible ? size : 0);
  if (!plausible || !decodes_to(stored, bytes))
    throw Error(ErrorCode::damaged, fmt::format("decompress {} bytes: expected them to give {}", stored.size(), size));
  return bytes;
}

bool stands_for(format::BlobCodec codec, std::span<const std::byte> stored, std::span<const std::byte> bytes) {
  if (codec == format::BlobCodec::raw) return same(stored, bytes);
  if (bytes.size() > LZ4_MAX_INPUT_SIZE) return false;
  std::vector<std::byte> decoded(bytes.size());
  return decodes_to(stored, decoded) && same(decoded, bytes);
}

}  // namespace cairn::engine
