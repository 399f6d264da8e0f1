// Limits: what an object may cost whoever reads it, wherever it came from.
#pragma once

#include <cstddef>
#include <cstdint>

namespace [[gnu::visibility("default")]] cairn {

/// How deep values may nest unless Limits says otherwise: a list in a list is two deep.
inline constexpr unsigned kDepthMax = 256;
/// The deepest that Limits may allow: reading is recursive.
inline constexpr unsigned kDepthMost = 512;

/// Hold for writing, so that nothing is stored that cannot be read, and for reading. What exceeds them throws limit.
struct Limits {
  unsigned depth = kDepthMax;                          ///< 1 to kDepthMost
  std::uint64_t object_bytes = std::uint64_t{1} << 30; ///< of one object, without what is kept outside it; at most 2^30
  /// Elements of lists, tuples and sets and entries of maps that one call may read, those it reads twice counted twice.
  std::uint64_t elements = std::uint64_t{1} << 30;
  /// Words that may be read of one object, those read twice counted twice: the traversal limit of Cap'n Proto. Without
  /// one, an object costs no more than its size, because only the canonical form, which has no two pointers to one place,
  /// is read.
  std::uint64_t traversal_words = UINT64_MAX;
};

}  // namespace cairn
