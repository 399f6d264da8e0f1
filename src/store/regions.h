// Regions: memory of the program that belongs to a run, and copies of it that wait to be stored.
#pragma once

#include <cairn/codec/core.h>
#include <cairn/region.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "store/region_copy.h"

namespace cairn::store {

/// What all regions take.
std::uint64_t bytes_of(std::span<const Region> regions);

/// The protected regions of a run. Thread-safe; what lies in them is the program's.
class Regions {
 public:
  /// Takes the place of one of the same name. Throws invalid_argument unless the shape has as many elements as the memory.
  void protect(Region region);
  /// Does nothing if there is none of that name.
  void unprotect(std::string_view name);
  /// By name.
  std::vector<Region> all() const;

  /// A copy of what they hold now. Throws limit if there is no memory for it.
  RegionCopy copy(std::vector<Region> regions) { return RegionCopy(std::move(regions), buffers_); }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, Region, std::less<>> regions_;
  const std::shared_ptr<SpareBuffer> buffers_ = std::make_shared<SpareBuffer>();
};

/// A region as a value to be stored.
struct RegionValue {
  const Region& region;
};

}  // namespace cairn::store

namespace cairn {

template <>
struct Codec<store::RegionValue> {
  static void encode(const Encoder& out, const store::RegionValue& value) {
    out.array(value.region.dtype, value.region.shape, value.region.memory);
  }
};

}  // namespace cairn
