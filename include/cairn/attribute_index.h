// Indexes of attributes: nodes by the value at a path in their attributes or extras.
#pragma once

#include <cairn/filter.h>

#include <cstdint>
#include <string_view>

namespace [[gnu::visibility("default")]] cairn {

/// How far an index has come. Numbers are stored.
enum class IndexState : std::uint8_t {
  building = 1,  ///< not used yet
  ready = 2,
  dropping = 3,  ///< not used any more; its entries go away
};

/// "building", "ready", "dropping".
std::string_view index_state_name(IndexState state);

struct AttributeIndex {
  FilterPath path;
  IndexState state = IndexState::building;
  std::uint64_t entry_count = 0;  ///< nodes with a value at the path that filters compare
};

}  // namespace cairn
