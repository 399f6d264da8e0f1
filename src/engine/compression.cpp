#include "engine/compression.h"

#include <cairn/error.h>

#include <fmt/format.h>
#include <lz4.h>

#include <cstring>

namespace cairn::engine {
namespace {

// A small blob costs as much to compress, check and decompress as all else that is done to store it (1 us each of 700
// bytes), and gives back a third of it.
constexpr std::size_t kLeast = 4096;
constexpr std::size_t kKeptMax = 1u << 20;  // of room that was needed once

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

struct Compressor::State {
  LZ4_stream_t stream;
};

Compressor::Compressor() : state_(std::make_unique<State>()) { LZ4_initStream(&state_->stream, sizeof state_->stream); }
Compressor::~Compressor() = default;

std::optional<std::span<const std::byte>> Compressor::compress(std::span<const std::byte> bytes) {
  if (bytes.size() < kLeast || bytes.size() > LZ4_MAX_INPUT_SIZE) return std::nullopt;
  if (bytes.size() <= kKeptMax && stored_.size() > kKeptMax) stored_ = again_ = {};
  // lz4 stops when the room it was given is used up, so data that does not shrink costs little.
  const std::size_t most = bytes.size() - bytes.size() / 8;
  if (stored_.size() < most) stored_.resize(most);
  LZ4_resetStream_fast(&state_->stream);
  const int size = LZ4_compress_fast_continue(&state_->stream, chars(bytes.data()), chars(stored_.data()),
                                              static_cast<int>(bytes.size()), static_cast<int>(most), 1);
  if (size <= 0) {
    LZ4_initStream(&state_->stream, sizeof state_->stream);  // what it says for a stream that has failed
    return std::nullopt;
  }
  const std::span stored = std::span(stored_).first(static_cast<std::size_t>(size));
  if (again_.size() < bytes.size()) again_.resize(bytes.size());
  const std::span again = std::span(again_).first(bytes.size());
  if (!decodes_to(stored, again) || !same(again, bytes)) return std::nullopt;
  return stored;
}

std::optional<std::span<const std::byte>> decompress(format::BlobCodec codec, std::span<const std::byte> stored,
                                                     std::uint64_t size, std::vector<std::byte>& room) {
  if (codec == format::BlobCodec::raw) return stored.size() == size ? std::optional(stored) : std::nullopt;
  if (codec != format::BlobCodec::lz4 || size > LZ4_MAX_INPUT_SIZE || size / 255 > stored.size()) return std::nullopt;
  if (room.size() < size) room.resize(size);
  const std::span bytes = std::span(room).first(size);
  return decodes_to(stored, bytes) ? std::optional<std::span<const std::byte>>(bytes) : std::nullopt;
}

std::vector<std::byte> decompress(format::BlobCodec codec, std::vector<std::byte> stored, std::uint64_t size) {
  if (codec == format::BlobCodec::raw && stored.size() == size) return stored;
  std::vector<std::byte> bytes;
  if (!decompress(codec, stored, size, bytes) || bytes.size() != size)
    throw Error(ErrorCode::damaged, fmt::format("decompress {} bytes: expected them to give {}", stored.size(), size));
  return bytes;
}

bool stands_for(format::BlobCodec codec, std::span<const std::byte> stored, std::span<const std::byte> bytes,
                std::vector<std::byte>& room) {
  if (codec == format::BlobCodec::raw) return same(stored, bytes);
  const auto decoded = decompress(codec, stored, bytes.size(), room);
  return decoded && same(*decoded, bytes);
}

}  // namespace cairn::engine
