// Names that users give to parts of a checkpoint.
#pragma once

#include <cairn/error.h>

#include <fmt/format.h>

#include <cstddef>
#include <string_view>

#include "base/bytes.h"

namespace cairn::store {

inline constexpr std::size_t kNameMax = 255;

/// Throws invalid_argument; `what` is for the message, such as "state".
inline void check_name(std::string_view what, std::string_view name) {
  if (name.empty() || name.size() > kNameMax || !base::is_utf8(name) || name.find('\0') != std::string_view::npos)
    throw Error(ErrorCode::invalid_argument, fmt::format("{} of a checkpoint: a name must be 1 to {} bytes of UTF-8, got {} bytes",
                                                         what, kNameMax, name.size()));
}

}  // namespace cairn::store
