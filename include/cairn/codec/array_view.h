// Codecs of views of arrays. They store numeric arrays with their shape; loading goes into memory that is there.
#pragma once

#include <cairn/array_view.h>
#include <cairn/codec/core.h>
#include <cairn/codec/scalar.h>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

namespace [[gnu::visibility("default")]] cairn {

namespace detail {

/// Multi-dimensional spans whose elements lie in memory as they are: std::mdspan with any strided layout and the default
/// accessor, and the reference implementation of Kokkos.
template <class M>
concept MdspanLike =
    ArrayElement<std::remove_cv_t<typename M::element_type>> &&
    std::same_as<typename M::reference, typename M::element_type&> && requires(const M& span, std::size_t dimension) {
      { M::rank() } -> std::convertible_to<std::size_t>;
      { span.extent(dimension) } -> std::convertible_to<std::uint64_t>;
      { span.stride(dimension) } -> std::convertible_to<std::int64_t>;
      { span.data_handle() } -> std::same_as<typename M::element_type*>;
      span.extents();
    };

[[noreturn]] void throw_no_strides();

/// Throws unstorable for a layout without strides.
template <MdspanLike M>
ArrayView<typename M::element_type> view_of(const M& span) {
  if constexpr (requires { span.is_strided(); })
    if (!span.is_strided()) throw_no_strides();
  std::vector<std::uint64_t> shape(M::rank());
  std::vector<std::int64_t> strides(M::rank());
  if constexpr (M::rank() > 0) {
    for (std::size_t i = 0; i < M::rank(); ++i) {
      shape[i] = static_cast<std::uint64_t>(span.extent(i));
      strides[i] = static_cast<std::int64_t>(span.stride(i));
    }
  }
  return {span.data_handle(), std::move(shape), std::move(strides)};
}

void encode_view(const Encoder& out, DType dtype, const ArrayLayout& layout, const std::byte* first);
void read_view(const Decoder& in, DType dtype, const ArrayLayout& layout, std::byte* first);

}  // namespace detail

/// A numeric array of the view's shape; can only be stored. Not copied if it is in C order, else gathered. Throws limit
/// if there is no memory for that.
template <class T>
  requires detail::ArrayElement<std::remove_const_t<T>>
struct Codec<ArrayView<T>> {
  static constexpr bool kNeverNull = true;
  using Number = std::remove_const_t<T>;
  static void encode(const Encoder& out, const ArrayView<T>& value) {
    detail::encode_view(out, detail::DTypeOf<Number>::value, value.layout(),
                        reinterpret_cast<const std::byte*>(value.first()));
  }
  static std::string type_name() { return "array<" + cairn::type_name<Number>() + ">"; }
};

/// As an ArrayView of the same elements.
template <detail::MdspanLike M>
struct Codec<M> {
  static constexpr bool kNeverNull = true;
  using View = ArrayView<typename M::element_type>;
  static void encode(const Encoder& out, const M& value) { Codec<View>::encode(out, detail::view_of(value)); }
  static std::string type_name() { return Codec<View>::type_name(); }
};

/// Loads an array into the elements of `out`. Throws type_mismatch unless element type and shape are the same (of numbers
/// of another type nothing is converted), invalid_argument if elements of `out` are in one place. After an error the
/// elements are indeterminate.
template <class T>
  requires(!std::is_const_v<T> && detail::ArrayElement<T>)
void read_into(const Decoder& in, const ArrayView<T>& out) {
  detail::read_view(in, detail::DTypeOf<T>::value, out.layout(), reinterpret_cast<std::byte*>(out.first()));
}
template <detail::MdspanLike M>
void read_into(const Decoder& in, const M& out) {
  read_into(in, detail::view_of(out));
}

}  // namespace cairn
