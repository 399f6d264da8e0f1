// RegionCopy: what regions held at one moment, in memory that is kept for the next copy, whose pages are there then.
#pragma once

#include <cairn/region.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

namespace cairn::store {

/// Memory that nobody has written to.
class Buffer {
 public:
  Buffer() = default;
  /// Throws limit if there is no memory.
  explicit Buffer(std::size_t size);
  std::span<std::byte> bytes() const { return {memory_.get(), size_}; }
  std::size_t size() const { return size_; }

 private:
  struct Free {
    void operator()(std::byte* memory) const;
  };
  std::unique_ptr<std::byte, Free> memory_;
  std::size_t size_ = 0;
};

/// Keeps one buffer for whoever needs one next. Thread-safe.
class SpareBuffer {
 public:
  /// Of at least `size` bytes, and not of more than twice as many.
  Buffer take(std::size_t size);
  void give_back(Buffer buffer);

 private:
  std::mutex mutex_;
  Buffer spare_;
};

class RegionCopy {
 public:
  /// Throws limit if there is no memory for it. Cost: that of a memcpy.
  RegionCopy(std::vector<Region> regions, std::shared_ptr<SpareBuffer> buffers);
  RegionCopy(RegionCopy&&) = default;
  RegionCopy& operator=(RegionCopy&&) = delete;
  ~RegionCopy();

  /// With memory of the copy.
  const std::vector<Region>& regions() const { return regions_; }

 private:
  std::vector<Region> regions_;
  std::shared_ptr<SpareBuffer> buffers_;  // empty in what was moved from
  Buffer buffer_;
};

/// One block of memory that is copied, or a part of it.
struct CopyPiece {
  std::byte* to;
  const std::byte* from;
  std::size_t size;
};

/// Copies all pieces; two threads do, if they are large.
void copy_pieces(std::span<const CopyPiece> pieces);

}  // namespace cairn::store
