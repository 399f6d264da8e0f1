// What of each pack is still needed.
#pragma once

#include <cstdint>
#include <map>

#include "format/pack.h"

namespace cairn::engine {

struct PackUse {
  std::uint64_t live_count = 0;  ///< records
  std::uint64_t live_bytes = 0;  ///< with their headers and padding

  void add(const format::BlobLocation& location) {
    const std::uint64_t bytes = format::kRecordHeaderSize + location.stored_size;
    live_bytes += (bytes + format::kRecordAlignment - 1) / format::kRecordAlignment * format::kRecordAlignment;
    ++live_count;
  }
};

using PackUses = std::map<std::uint64_t, PackUse>;

}  // namespace cairn::engine
