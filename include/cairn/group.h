// Groups: named sets of nodes, of any run, as users and importers put them together.
#pragma once

#include <cairn/node.h>

#include <cstdint>
#include <string>

namespace [[gnu::visibility("default")]] cairn {

/// A group, as it was when it was read.
struct Group {
  Uuid uuid;
  std::string name;  ///< 1 to 255 bytes of UTF-8 without control characters
  std::string description;
  Timestamp created{};
  Value extras;                  ///< null or a map with text keys
  std::uint64_t node_count = 0;  ///< in it
};

}  // namespace cairn
