// As much of std::mdspan as a codec asks for, for compilers that have none.
#pragma once

#include <array>
#include <cstddef>

namespace cairn::test {

struct LayoutRight {
  template <class Extents>
  static std::ptrdiff_t stride(const Extents& extents, std::size_t dimension) {
    std::ptrdiff_t stride = 1;
    for (std::size_t i = dimension + 1; i < extents.size(); ++i) stride *= static_cast<std::ptrdiff_t>(extents[i]);
    return stride;
  }
  static constexpr bool kIsStrided = true;
};

struct LayoutLeft {
  template <class Extents>
  static std::ptrdiff_t stride(const Extents& extents, std::size_t dimension) {
    std::ptrdiff_t stride = 1;
    for (std::size_t i = 0; i < dimension; ++i) stride *= static_cast<std::ptrdiff_t>(extents[i]);
    return stride;
  }
  static constexpr bool kIsStrided = true;
};

/// Tiles, say.
struct LayoutWithoutStrides : LayoutRight {
  static constexpr bool kIsStrided = false;
};

template <class T, std::size_t Rank, class Layout = LayoutRight, class Reference = T&>
class MdspanOf {
 public:
  using element_type = T;
  using reference = Reference;
  using extents_type = std::array<int, Rank>;

  template <class... Extents>
  explicit MdspanOf(T* data, Extents... extents) : data_(data), extents_{extents...} {}

  static constexpr std::size_t rank() { return Rank; }
  const extents_type& extents() const { return extents_; }
  int extent(std::size_t dimension) const { return extents_[dimension]; }
  std::ptrdiff_t stride(std::size_t dimension) const {
    static_assert(Rank > 0, "as in std::mdspan, no dimension has a stride here");
    return Layout::stride(extents_, dimension);
  }
  T* data_handle() const { return data_; }
  bool is_strided() const { return Layout::kIsStrided; }

 private:
  T* data_;
  extents_type extents_;
};

}  // namespace cairn::test
