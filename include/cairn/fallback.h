// Fallback: what becomes of a value that has no lossless way back.
#pragma once

#include <cstdint>

namespace [[gnu::visibility("default")]] cairn {

/// What saving does with a value that has no way back. A fallback leaves a Lossy in its place, so that every reader can
/// see that something was lost, of what type, and where.
enum class Fallback : std::uint8_t {
  strict,    ///< refuses it with unstorable, naming the path of the field, before anything is written
  dictify,   ///< keeps the members of a described class as plain data; refuses all else as strict does
  describe,  ///< keeps what operator<< says of it, or nothing but its type
};

/// How a value is saved.
struct SaveOptions {
  Fallback fallback = Fallback::strict;
};

}  // namespace cairn
