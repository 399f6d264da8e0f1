// ArrayView: numbers in somebody's memory as an array of any rank, to be stored from there and loaded into there.
//
//   std::vector<double> grid(rows * columns);
//   store.put(cairn::ArrayView<const double>(grid, {rows, columns}));             // not copied: C order
//   store.put(cairn::ArrayView<const double>(grid, {columns, rows}, {1, columns}));   // gathered: transposed
//   store.read_into(id, cairn::ArrayView<double>(grid, {rows, columns}));
//
// std::mdspan, and what is like it, is stored and loaded in the same way; see codec/array_view.h.
#pragma once

#include <cairn/value.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace [[gnu::visibility("default")]] cairn {

namespace detail {

/// Where the elements of an array are, from the one whose indices are all 0 on, counted in elements.
struct ArrayLayout {
  std::vector<std::uint64_t> shape;
  std::vector<std::int64_t> strides;  // as many

  /// The layout in C order.
  static ArrayLayout in_order(std::vector<std::uint64_t> shape, std::size_t element_bytes);
  /// Throws invalid_argument unless there is a stride for each extent, and both the array and the memory between its
  /// outermost elements have less than 2^63 bytes.
  void check(std::size_t element_bytes) const;
  /// Throws invalid_argument unless there are `count` elements.
  void check_count(std::size_t count) const;
  /// Throws invalid_argument unless all elements are among `count`, of which the first is that of indices 0.
  void check_within(std::size_t count) const;
  std::size_t element_count() const;
  bool is_in_order() const;
  /// False if two elements are in one place.
  bool is_unique() const;
};

}  // namespace detail

/// A view of numbers: their place, their shape, and how many elements further the next one of each dimension is. Owns
/// nothing: the elements must outlive it. An array without dimensions is one number; one with an extent of 0 is empty.
template <class T>
class ArrayView {
 public:
  using Element = T;

  /// In C order. Throws invalid_argument unless `elements` are as many as the shape has.
  ArrayView(std::span<T> elements, std::vector<std::uint64_t> shape)
      : first_(elements.data()), layout_(detail::ArrayLayout::in_order(std::move(shape), sizeof(T))) {
    layout_.check_count(elements.size());
  }
  /// Throws invalid_argument unless there is a stride for each extent, and all elements are within `elements`, of which
  /// the first is that of indices 0. Strides may be 0: elements that are in one place can be stored, not loaded.
  ArrayView(std::span<T> elements, std::vector<std::uint64_t> shape, std::vector<std::int64_t> strides)
      : ArrayView(elements.data(), std::move(shape), std::move(strides)) {
    layout_.check_within(elements.size());
  }
  /// `first` is the element of indices 0, from which strides may lead back. That all are there is for the caller to know.
  ArrayView(T* first, std::vector<std::uint64_t> shape, std::vector<std::int64_t> strides)
      : first_(first), layout_{std::move(shape), std::move(strides)} {
    layout_.check(sizeof(T));
  }

  /// The element of indices 0.
  T* first() const { return first_; }
  const std::vector<std::uint64_t>& shape() const { return layout_.shape; }
  const std::vector<std::int64_t>& strides() const { return layout_.strides; }
  std::size_t element_count() const { return layout_.element_count(); }
  /// True if the elements follow each other in C order.
  bool is_in_order() const { return layout_.is_in_order(); }
  /// True if no two elements are in one place.
  bool is_unique() const { return layout_.is_unique(); }
  const detail::ArrayLayout& layout() const { return layout_; }

  operator ArrayView<const T>() const
    requires(!std::is_const_v<T>)
  {
    return ArrayView<const T>(first_, layout_.shape, layout_.strides);
  }

 private:
  T* first_;
  detail::ArrayLayout layout_;
};

}  // namespace cairn
