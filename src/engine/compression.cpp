#include "engine/compression.h"

#include <cairn/error.h>

#include <fmt/format.h>
#include <lz4.h>
#include <zstd.h>

#include <cstring>
#include <new>

namespace cairn::engine {
namespace {

// A small blob costs as much to compress, check and decompress as all else that is done to store it (1 us each of 700
// bytes), and gives back a third of it.
constexpr std::size_t kLeast = 4096;
// To find out that there is nothing to gain is a seventh of the work of storing a large file, and what does not compress comes
// in long rows: media, archives, random numbers. In one of those a sample is tried first, but for each eighth blob.
constexpr std::size_t kLarge = 8192, kSample = 4096;
constexpr std::size_t kFailuresTried = 8, kOneInTried = 8;
constexpr std::size_t kKeptMax = 1u << 20;  // of room that was needed once

const char* chars(const std::byte* bytes) { return reinterpret_cast<const char*>(bytes); }
char* chars(std::byte* bytes) { return reinterpret_cast<char*>(bytes); }

bool same(std::span<const std::byte> one, std::span<const std::byte> other) {
  // memcmp: std::ranges::equal goes byte by byte (g++ 12).
  return one.size() == other.size() && (one.empty() || std::memcmp(one.data(), other.data(), one.size()) == 0);
}

bool decodes_to(format::BlobCodec codec, std::span<const std::byte> stored, std::span<std::byte> out) {
  if (codec == format::BlobCodec::zstd) return ZSTD_decompress(out.data(), out.size(), stored.data(), stored.size()) == out.size();
  return LZ4_decompress_safe(chars(stored.data()), chars(out.data()), static_cast<int>(stored.size()),
                             static_cast<int>(out.size())) == static_cast<int>(out.size());
}

// What is stored is not trusted: no more memory is taken than it could stand for.
bool may_hold(format::BlobCodec codec, std::size_t stored, std::uint64_t size) {
  const std::uint64_t ratio_most = codec == format::BlobCodec::zstd ? 32768 : 255;
  return size <= LZ4_MAX_INPUT_SIZE && size / ratio_most <= stored;
}

}  // namespace

struct Compressor::State {
  LZ4_stream_t stream;
  std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> zstd{nullptr, ZSTD_freeCCtx};
};

Compressor::Compressor(Compression method, int zstd_level)
    : method_(method), zstd_level_(zstd_level), state_(std::make_unique<State>()) {
  LZ4_initStream(&state_->stream, sizeof state_->stream);
}
Compressor::~Compressor() = default;

std::optional<Compressed> Compressor::compress(std::span<const std::byte> bytes) {
  if (method_ == Compression::none || bytes.size() < kLeast || bytes.size() > LZ4_MAX_INPUT_SIZE) return std::nullopt;
  if (bytes.size() <= kKeptMax && stored_.size() > kKeptMax) stored_ = again_ = {};
  // lz4 stops when the room it was given is used up, so data that does not shrink costs little.
  const std::size_t most = bytes.size() - bytes.size() / 8;
  if (stored_.size() < most) stored_.resize(most);
  if (!is_worth_trying(bytes)) return std::nullopt;
  // lz4 finds out soonest whether there is anything to gain.
  std::size_t size = make_lz4(bytes, most);
  format::BlobCodec codec = format::BlobCodec::lz4;
  if (size != 0 && method_ == Compression::zstd) {
    size = make_zstd(bytes, most);
    codec = format::BlobCodec::zstd;
  }
  if (size == 0) return std::nullopt;
  failures_ = 0;
  const std::span stored = std::span(stored_).first(size);
  if (again_.size() < bytes.size()) again_.resize(bytes.size());
  const std::span again = std::span(again_).first(bytes.size());
  if (!decodes_to(codec, stored, again) || !same(again, bytes)) return std::nullopt;
  return Compressed{codec, stored};
}

// Counts it as a failure; a success takes that back.
bool Compressor::is_worth_trying(std::span<const std::byte> bytes) {
  if (bytes.size() < kLarge) return true;
  const std::size_t failures = failures_++;
  if (failures < kFailuresTried || failures % kOneInTried == 0) return true;
  return make_lz4(bytes.subspan(bytes.size() / 2 - kSample / 2, kSample), kSample - kSample / 16) != 0;
}

// Both give 0 if that would be more than `most`.
std::size_t Compressor::make_lz4(std::span<const std::byte> bytes, std::size_t most) {
  LZ4_resetStream_fast(&state_->stream);
  const int size = LZ4_compress_fast_continue(&state_->stream, chars(bytes.data()), chars(stored_.data()),
                                              static_cast<int>(bytes.size()), static_cast<int>(most), 1);
  if (size > 0) return static_cast<std::size_t>(size);
  LZ4_initStream(&state_->stream, sizeof state_->stream);  // what it says for a stream that has failed
  return 0;
}

std::size_t Compressor::make_zstd(std::span<const std::byte> bytes, std::size_t most) {
  if (state_->zstd == nullptr) state_->zstd.reset(ZSTD_createCCtx());
  if (state_->zstd == nullptr) throw std::bad_alloc();
  const std::size_t size = ZSTD_compressCCtx(state_->zstd.get(), stored_.data(), most, bytes.data(), bytes.size(), zstd_level_);
  return ZSTD_isError(size) != 0 ? 0 : size;
}

std::optional<std::span<const std::byte>> decompress(format::BlobCodec codec, std::span<const std::byte> stored,
                                                     std::uint64_t size, std::vector<std::byte>& room) {
  if (codec == format::BlobCodec::raw) return stored.size() == size ? std::optional(stored) : std::nullopt;
  if (!may_hold(codec, stored.size(), size)) return std::nullopt;
  if (room.size() < size) room.resize(size);
  const std::span bytes = std::span(room).first(size);
  return decodes_to(codec, stored, bytes) ? std::optional<std::span<const std::byte>>(bytes) : std::nullopt;
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
