#include "store/region_copy.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <numeric>
#include <system_error>
#include <thread>

namespace cairn::store {
namespace {

constexpr std::size_t kPage = 4096;
constexpr std::size_t kAlignment = 64;           // of each region in a buffer
constexpr std::size_t kTwoThreadsLeast = 32u << 20;  // below, starting one takes longer than it saves

std::size_t aligned(std::size_t size) { return (size + kAlignment - 1) / kAlignment * kAlignment; }

void copy(std::span<const CopyPiece> pieces) {
  for (const CopyPiece& piece : pieces)
    if (piece.size != 0) std::memcpy(piece.to, piece.from, piece.size);
}

// The first half of the bytes, and the second.
std::pair<std::vector<CopyPiece>, std::vector<CopyPiece>> halves(std::span<const CopyPiece> pieces, std::size_t total) {
  std::pair<std::vector<CopyPiece>, std::vector<CopyPiece>> parts;
  std::size_t left = total / 2 / kAlignment * kAlignment;
  for (const CopyPiece& piece : pieces) {
    const std::size_t first = std::min(piece.size, left);
    parts.first.push_back({piece.to, piece.from, first});
    parts.second.push_back({piece.to + first, piece.from + first, piece.size - first});
    left -= first;
  }
  return parts;
}

}  // namespace

Buffer::Buffer(std::size_t size) : size_(size) {
  if (size == 0) return;
  // Not of huge pages: where memory is in pieces, making them takes several times as long as all faults of small ones.
  memory_.reset(static_cast<std::byte*>(::operator new(size, std::align_val_t(kPage), std::nothrow)));
  if (memory_ == nullptr) throw Error(ErrorCode::limit, fmt::format("copy regions: there is no memory for {} bytes", size));
}

void Buffer::Free::operator()(std::byte* memory) const { ::operator delete(memory, std::align_val_t(kPage)); }

Buffer SpareBuffer::take(std::size_t size) {
  {
    const std::lock_guard lock(mutex_);
    Buffer spare = std::move(spare_);
    spare_ = {};
    if (spare.size() >= size && spare.size() / 2 <= size) return spare;
  }
  return Buffer(size);
}

void SpareBuffer::give_back(Buffer buffer) {
  const std::lock_guard lock(mutex_);
  std::swap(spare_, buffer);
}

RegionCopy::RegionCopy(std::vector<Region> regions, std::shared_ptr<SpareBuffer> buffers)
    : regions_(std::move(regions)), buffers_(std::move(buffers)) {
  std::size_t size = 0;
  for (const Region& region : regions_) size += aligned(region.memory.size());
  buffer_ = buffers_->take(size);
  std::vector<CopyPiece> pieces;
  std::span<std::byte> room = buffer_.bytes();
  for (Region& region : regions_) {
    const std::span<std::byte> copied = room.first(region.memory.size());
    pieces.push_back({copied.data(), region.memory.data(), copied.size()});
    room = room.subspan(aligned(copied.size()));
    region.memory = copied;
  }
  copy_pieces(pieces);
}

RegionCopy::~RegionCopy() {
  if (buffers_ != nullptr) buffers_->give_back(std::move(buffer_));
}

void copy_pieces(std::span<const CopyPiece> pieces) {
  const std::size_t total = std::accumulate(pieces.begin(), pieces.end(), std::size_t{0},
                                            [](std::size_t sum, const CopyPiece& piece) { return sum + piece.size; });
  if (total < kTwoThreadsLeast || std::thread::hardware_concurrency() < 2) return copy(pieces);
  const auto parts = halves(pieces, total);
  std::thread second;
  try {
    second = std::thread([&] { copy(parts.second); });
  } catch (const std::system_error&) {
    return copy(pieces);
  }
  copy(parts.first);
  second.join();
}

}  // namespace cairn::store
