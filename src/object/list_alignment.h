// Which parts of two long lists stand against each other, told from their segments.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "format/outside_parts.h"

namespace cairn::object {

/// Elements of both lists between segments that both have; one of the two ranges may be empty.
struct ListGap {
  std::uint64_t before_begin = 0, before_end = 0;
  std::uint64_t after_begin = 0, after_end = 0;

  friend bool operator==(const ListGap&, const ListGap&) = default;
};

/// The gaps in order. Segments that are in each list once are matched so that as many as possible keep their order, and equal
/// ones next to those. Cost: n log n in the number of segments.
std::vector<ListGap> unshared_gaps(std::span<const format::ListSegment> before, std::span<const format::ListSegment> after);

}  // namespace cairn::object
