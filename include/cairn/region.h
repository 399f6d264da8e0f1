// Regions: memory of the program, known by name, that checkpoints save and restarts fill.
#pragma once

#include <cairn/codec/scalar.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace [[gnu::visibility("default")]] cairn {

/// Elements in C order, as they lie in memory. Saved as a numeric array of the shape; elements that are no numbers as bytes, with
/// the size of an element as the last dimension.
struct Region {
  std::string name = {};
  DType dtype = DType::uint8;              ///< of the stored array
  std::string element = {};                ///< what the elements are, such as "float64" or "24 bytes", for messages
  std::vector<std::uint64_t> shape = {};   ///< of the stored array
  std::span<std::byte> memory = {};
};

/// Where a restart takes the bytes of a region from.
struct RegionSource {
  std::string region;       ///< that is filled
  std::string state = {};   ///< the name in the checkpoint; empty: that of the region
  /// The stored array may be larger: the region is filled with its elements from this one on, in C order. Empty: shapes must be
  /// the same.
  std::optional<std::uint64_t> first = {};
};

/// Elements that a region may have.
template <class T>
concept RegionElement = std::is_trivially_copyable_v<T> && !std::is_const_v<T> && !std::is_pointer_v<T>;

/// The region of `memory`, which must live as long as it is protected. An empty shape is that of a row.
template <RegionElement T>
Region make_region(std::string_view name, std::span<T> memory, std::vector<std::uint64_t> shape = {}) {
  Region region{.name = std::string(name), .shape = std::move(shape), .memory = std::as_writable_bytes(memory)};
  if (region.shape.empty()) region.shape.push_back(memory.size());
  if constexpr (detail::ArrayElement<T>) {
    region.dtype = detail::DTypeOf<T>::value;
    region.element = detail::dtype_text<T>();
  } else {
    region.element = std::to_string(sizeof(T)) + " bytes";
    region.shape.push_back(sizeof(T));
  }
  return region;
}

}  // namespace cairn
