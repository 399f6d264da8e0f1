// How many bytes an array of a shape has, and which of them its elements may be.
#pragma once

#include <cairn/value.h>

#include <algorithm>
#include <cstddef>
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

/// True if each byte is 0 or 1, as elements of type boolean are.
inline bool are_booleans(std::span<const std::byte> elements) {
  std::byte bits{0};
  for (const std::byte element : elements) bits |= element;
  return bits <= std::byte{1};
}

}  // namespace cairn::format
