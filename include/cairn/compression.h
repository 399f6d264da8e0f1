// How what is stored is compressed.
#pragma once

#include <cstdint>

namespace [[gnu::visibility("default")]] cairn {

/// Of each chunk and large object on its own, where that saves an eighth or more. Whatever is stored stays readable, and
/// equal content is shared, however it was compressed. What lz4 does not shrink is stored as it is, whichever is asked for.
enum class Compression : std::uint8_t {
  none,
  lz4,   ///< the quicker one, both ways
  zstd,  ///< level 3: smaller; ten versions of a tree of headers take a sixth less (bench/artifacts.cpp)
};

}  // namespace cairn
