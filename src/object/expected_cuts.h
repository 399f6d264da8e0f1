// Where a file will be cut, as far as its bytes are those that were stored before.
//
// Where a chunk ends depends on nothing but where it begins and on its bytes. So where one began before and has the same
// digest now, it ends where it ended then, and nobody has to look for the cut: that is half the work of reading a file again.
#pragma once

#include <cstdint>
#include <optional>

#include "object/content.h"

namespace cairn::object {

/// The chunks of an earlier content. Only hints: whoever uses one compares the digest. Not thread-safe.
class ExpectedCuts {
 public:
  /// `blobs` must outlive this.
  ExpectedCuts(const engine::BlobSource& blobs, const format::ContentRef& earlier)
      : reader_(blobs, earlier), size_(earlier.size) {}

  struct Chunk {
    Digest digest;
    std::uint64_t size = 0;
    bool was_cut = false;  ///< else it ended because a hole or the end of the content came
  };
  /// The chunk that began at `offset`, if one did and that can be read. Cheapest in order of offsets.
  std::optional<Chunk> at(std::uint64_t offset);

 private:
  std::optional<Extent> extent_at(std::uint64_t offset);

  ContentReader reader_;
  std::uint64_t size_;          // 0 once a list could not be read
  std::optional<Extent> next_;  // behind the chunk that was asked for last
};

}  // namespace cairn::object
