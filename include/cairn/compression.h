// How what is stored is compressed.
#pragma once

#include <cstdint>

namespace [[gnu::visibility("default")]] cairn {

/// Of each chunk and large object on its own, where that saves an eighth or more. Whatever is stored stays readable, and
/// equal content is shared, however it was compressed. What does not shrink is found out at 10 GB/s and stored as it is.
enum class Compression : std::uint8_t {
  none,
  lz4,   ///< about 1 GB/s a core of text, 3 GB/s back
  zstd,  ///< level 3: about a third of that, and a third smaller
};

}  // namespace cairn
