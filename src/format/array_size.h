// How many bytes an array of a shape has.
#pragma once

#include <cairn/value.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>

namespace cairn::format {

inline constexpr std::size_t kRankMax = 64;  ///< dimensions of an array

/// dtype_size * product(shape); empty if that is more than 2^63-1.
inline std::optional<std::uint64_t> array_size(DType dtype, std::span<const std::uint64_t> shape) {
  if (std::find(shape.begin(), shape.end(), 0u) != shape.end()) return 0;  // whatever the others are
  std::uint64_t size = dtype_size(dtype);
  for (const std::uint64_t extent : shape)
    if (__builtin_mul_overflow(size, extent, &size)) return std::nullopt;
  if (size > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return std::nullopt;
  return size;
}

}  // namespace cairn::format
