#include "object/expected_cuts.h"

#include <cairn/error.h>

namespace cairn::object {

std::optional<ExpectedCuts::Chunk> ExpectedCuts::at(std::uint64_t offset) {
  const std::optional<Extent> extent = next_ && next_->begin == offset ? next_ : extent_at(offset);
  if (!extent || extent->begin != offset || extent->entry.is_hole()) return std::nullopt;
  next_ = extent_at(extent->end());
  return Chunk{extent->entry.digest, extent->entry.size, next_ && !next_->entry.is_hole()};
}

// Empty behind the end, and if the lists cannot be read: the file is then cut as one that is new.
std::optional<Extent> ExpectedCuts::extent_at(std::uint64_t offset) {
  if (offset >= size_) return std::nullopt;
  try {
    return reader_.extent_at(offset);
  } catch (const Error&) {
    size_ = 0;
    return std::nullopt;
  }
}

}  // namespace cairn::object
