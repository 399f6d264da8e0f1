// Codecs of sequences. Sequences of numbers, of any number of fixed dimensions, are numeric arrays; others are lists.
#pragma once

#include <cairn/codec/core.h>
#include <cairn/codec/scalar.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace [[gnu::visibility("default")]] cairn {

namespace detail {

// Numbers, and fixed-size blocks of numbers of any depth: std::array<double, 3> is a block of float64 with shape [3].
template <class T>
struct Block;
template <ArrayElement T>
  requires(!std::same_as<T, bool>)
struct Block<T> {
  using Number = T;
  static constexpr std::array<std::uint64_t, 0> shape{};
};

template <class T, std::size_t Size, class Seen>
struct DecodableParts<std::array<T, Size>, Seen> : std::bool_constant<is_decodable<T, Seen>()> {};

template <std::uint64_t First, std::size_t Rank>
constexpr std::array<std::uint64_t, Rank + 1> prepend(const std::array<std::uint64_t, Rank>& rest) {
  std::array<std::uint64_t, Rank + 1> shape{First};
  std::copy(rest.begin(), rest.end(), shape.begin() + 1);
  return shape;
}

template <class T, std::size_t Size>
  requires(Size > 0) && requires { typename Block<T>::Number; }
struct Block<std::array<T, Size>> {
  static_assert(sizeof(std::array<T, Size>) == Size * sizeof(T));
  using Number = typename Block<T>::Number;
  static constexpr auto shape = prepend<Size>(Block<T>::shape);
};
template <class T, std::size_t Size>
  requires requires { typename Block<T>::Number; }
struct Block<T[Size]> {
  using Number = typename Block<T>::Number;
  static constexpr auto shape = prepend<Size>(Block<T>::shape);
};

template <class T>
concept NumberBlock = requires { typename Block<T>::Number; };

template <NumberBlock T>
inline constexpr DType kBlockType = DTypeOf<typename Block<T>::Number>::value;

template <NumberBlock T>
void encode_blocks(const Encoder& out, std::span<const T> blocks) {
  auto shape = prepend<0>(Block<T>::shape);
  shape[0] = blocks.size();
  out.array(kBlockType<T>, shape, std::as_bytes(blocks));
}

/// The array, if it has this element type and these dimensions after the first; else throws type_mismatch.
ArrayDecoder expect_array(const Decoder& in, DType dtype, std::span<const std::uint64_t> inner_shape);
/// The elements of a list, a tuple or a set; else throws type_mismatch.
ListDecoder expect_elements(const Decoder& in);
/// Throws type_mismatch unless a fixed-size sequence of `expected` elements can be filled from `found`.
void expect_size(std::size_t expected, std::size_t found);
/// Throws damaged if `array` claims more bytes than the store has for it: to be called before making room for it.
void expect_stored(const ArrayDecoder& array);

/// Booleans have a byte each.
Bytes read_booleans(const ArrayDecoder& array);

template <NumberBlock T>
std::vector<T> decode_blocks(const Decoder& in) {
  const ArrayDecoder array = expect_array(in, kBlockType<T>, Block<T>::shape);
  expect_stored(array);
  std::vector<T> blocks(static_cast<std::size_t>(array.shape()[0]));
  array.read(std::as_writable_bytes(std::span(blocks)));
  return blocks;
}

template <class T>
std::string list_type_name() {
  return "list<" + cairn::type_name<T>() + ">";
}

/// Writes the elements of an input range into as many places.
template <class Range>
void encode_elements(const ListEncoder& list, const Range& range) {
  std::size_t index = 0;
  try {
    for (const auto& element : range) {
      cairn::encode(list[index], element);
      ++index;
    }
  } catch (const Error&) {
    rethrow_at_index(index);
  }
}

/// Writes a list of `size` elements from an input range.
template <class Range>
void encode_list(const Encoder& out, const Range& range, std::size_t size) {
  encode_elements(out.list(size), range);
}

/// Calls `add` with each element, decoded as a T.
template <class T, class Add>
void decode_elements(const ListDecoder& list, Add&& add) {
  std::size_t index = 0;
  try {
    for (; index < list.size(); ++index) add(cairn::decode<T>(list[index]));
  } catch (const Error&) {
    rethrow_at_index(index);
  }
}

/// The list; where the type is a hint, the elements of a tuple or set as well.
inline ListDecoder list_of(const Decoder& in) {
  if (in.type_hint() && in.kind() == ValueKind::tuple) return in.tuple();
  if (in.type_hint() && in.kind() == ValueKind::set) return in.set();
  return in.list();
}

/// Numbers that lost their type are a list, or a tuple.
inline bool is_list_of_numbers(const Decoder& in) {
  return in.kind() == ValueKind::list || (in.type_hint() && in.kind() == ValueKind::tuple);
}

template <class T, class Add>
void decode_list(const Decoder& in, Add&& add) {
  decode_elements<T>(list_of(in), add);
}

template <class T>
void decode_fixed(const Decoder& in, std::span<T> out) {
  const ListDecoder list = list_of(in);
  expect_size(out.size(), list.size());
  std::size_t index = 0;
  try {
    for (; index < out.size(); ++index) out[index] = cairn::decode<T>(list[index]);
  } catch (const Error&) {
    rethrow_at_index(index);
  }
}

template <NumberBlock T>
void decode_fixed_blocks(const Decoder& in, std::span<T> out) {
  const ArrayDecoder array = expect_array(in, kBlockType<T>, Block<T>::shape);
  expect_size(out.size(), static_cast<std::size_t>(array.shape()[0]));
  array.read(std::as_writable_bytes(out));
}

/// Decodes into what is there already; C arrays have no other way.
template <class T>
void decode_into(const Decoder& in, T& out) {
  out = cairn::decode<T>(in);
}
template <class T, std::size_t Size>
void decode_into(const Decoder& in, T (&out)[Size]) {
  if constexpr (NumberBlock<T>)
    decode_fixed_blocks(in, std::span<T>(out));
  else
    decode_fixed(in, std::span<T>(out));
}

}  // namespace detail

/// Numbers as an array; loading takes a list of numbers, too, such as one that was typed in by hand.
template <class T, class Allocator>
struct Codec<std::vector<T, Allocator>> {
  static constexpr bool kNeverNull = true;
  using Vector = std::vector<T, Allocator>;

  static void encode(const Encoder& out, const Vector& value) {
    if constexpr (detail::NumberBlock<T>)
      detail::encode_blocks(out, std::span<const T>(value));
    else
      detail::encode_list(out, value, value.size());
  }
  static Vector decode(const Decoder& in) {
    if constexpr (detail::NumberBlock<T> && std::same_as<Vector, std::vector<T>>) {
      if (!detail::is_list_of_numbers(in)) return detail::decode_blocks<T>(in);
    } else if constexpr (detail::NumberBlock<T>) {
      const std::vector<T> blocks = detail::decode_blocks<T>(in);
      return Vector(blocks.begin(), blocks.end());
    }
    Vector value;
    // Not reserved in one go: what a list claims to hold need not be there.
    detail::decode_list<T>(in, [&](T&& element) { value.push_back(std::move(element)); });
    return value;
  }
  static std::string type_name() { return detail::list_type_name<T>(); }
};

/// An array of booleans.
template <class Allocator>
struct Codec<std::vector<bool, Allocator>> {
  static constexpr bool kNeverNull = true;
  using Vector = std::vector<bool, Allocator>;

  static void encode(const Encoder& out, const Vector& value) {
    Bytes bytes(value.size());
    for (std::size_t i = 0; i < value.size(); ++i) bytes[i] = std::byte{value[i]};
    const std::uint64_t shape[] = {value.size()};
    out.array(DType::boolean, shape, bytes);
  }
  static Vector decode(const Decoder& in) {
    if (in.type_hint() && detail::is_list_of_numbers(in)) {
      Vector value;
      detail::decode_list<bool>(in, [&](bool element) { value.push_back(element); });
      return value;
    }
    const Bytes bytes = detail::read_booleans(detail::expect_array(in, DType::boolean, {}));
    Vector value(bytes.size());
    for (std::size_t i = 0; i < bytes.size(); ++i) value[i] = bytes[i] != std::byte{0};
    return value;
  }
  static std::string type_name() { return detail::list_type_name<bool>(); }
};

template <class T, std::size_t Size>
struct Codec<std::array<T, Size>> {
  static constexpr bool kNeverNull = true;
  using Fixed = std::array<T, Size>;

  static void encode(const Encoder& out, const Fixed& value) {
    if constexpr (detail::NumberBlock<T>)
      detail::encode_blocks(out, std::span<const T>(value));
    else
      detail::encode_list(out, value, Size);
  }
  static Fixed decode(const Decoder& in) {
    Fixed value{};
    if constexpr (detail::NumberBlock<T>) {
      if (!detail::is_list_of_numbers(in)) {
        detail::decode_fixed_blocks(in, std::span<T>(value));
        return value;
      }
    }
    detail::decode_fixed(in, std::span<T>(value));
    return value;
  }
  static std::string type_name() {
    return "array<" + cairn::type_name<T>() + ", " + std::to_string(Size) + ">";
  }
};

/// C arrays, as members of described classes.
template <class T, std::size_t Size>
struct Codec<T[Size]> {
  static constexpr bool kNeverNull = true;

  static void encode(const Encoder& out, const T (&value)[Size]) {
    if constexpr (detail::NumberBlock<T>)
      detail::encode_blocks(out, std::span<const T>(value));
    else
      detail::encode_list(out, value, Size);
  }
  static std::string type_name() {
    return "array<" + cairn::type_name<T>() + ", " + std::to_string(Size) + ">";
  }
};

/// Views of numbers can only be stored; load them through Decoder::array() into a span.
template <class T, std::size_t Extent>
  requires detail::NumberBlock<std::remove_const_t<T>>
struct Codec<std::span<T, Extent>> {
  static constexpr bool kNeverNull = true;
  using Element = std::remove_const_t<T>;
  static void encode(const Encoder& out, std::span<T, Extent> value) {
    detail::encode_blocks(out, std::span<const Element>(value));
  }
  static std::string type_name() { return detail::list_type_name<Element>(); }
};

template <class T, class Allocator>
struct Codec<std::deque<T, Allocator>> {
  static constexpr bool kNeverNull = true;
  using Deque = std::deque<T, Allocator>;
  static void encode(const Encoder& out, const Deque& value) { detail::encode_list(out, value, value.size()); }
  static Deque decode(const Decoder& in) {
    Deque value;
    detail::decode_list<T>(in, [&](T&& element) { value.push_back(std::move(element)); });
    return value;
  }
  static std::string type_name() { return detail::list_type_name<T>(); }
};

/// A tuple with as many elements; loading takes a list, too.
template <class... Ts>
struct Codec<std::tuple<Ts...>> {
  static constexpr bool kNeverNull = true;
  using Tuple = std::tuple<Ts...>;

  static void encode(const Encoder& out, const Tuple& value) {
    encode_elements(out.tuple(sizeof...(Ts)), value, std::index_sequence_for<Ts...>());
  }
  static Tuple decode(const Decoder& in) {
    const ListDecoder list = in.kind() == ValueKind::list ? in.list() : in.tuple();
    detail::expect_size(sizeof...(Ts), list.size());
    return decode_elements(list, std::index_sequence_for<Ts...>());
  }
  static std::string type_name() {
    std::string names;
    ((names += names.empty() ? "" : ", ", names += cairn::type_name<Ts>()), ...);
    return "tuple<" + names + ">";
  }

 private:
  template <class T>
  static T decode_element(const ListDecoder& list, std::size_t position, std::size_t& index) {
    index = position;
    return cairn::decode<T>(list[position]);
  }
  template <std::size_t... Is>
  static void encode_elements([[maybe_unused]] const ListEncoder& list, [[maybe_unused]] const Tuple& value,
                              std::index_sequence<Is...>) {
    std::size_t index = 0;
    try {
      ((index = Is, cairn::encode(list[Is], std::get<Is>(value))), ...);
    } catch (const Error&) {
      detail::rethrow_at_index(index);
    }
  }
  template <std::size_t... Is>
  static Tuple decode_elements([[maybe_unused]] const ListDecoder& list, std::index_sequence<Is...>) {
    std::size_t index = 0;
    try {
      return Tuple{decode_element<Ts>(list, Is, index)...};  // braces: in order
    } catch (const Error&) {
      detail::rethrow_at_index(index);
    }
  }
};

/// A tuple of two.
template <class First, class Second>
struct Codec<std::pair<First, Second>> {
  static constexpr bool kNeverNull = true;
  using Pair = std::pair<First, Second>;
  static void encode(const Encoder& out, const Pair& value) {
    const ListEncoder tuple = out.tuple(2);
    cairn::encode(tuple[0], value.first);
    cairn::encode(tuple[1], value.second);
  }
  static Pair decode(const Decoder& in) {
    auto tuple = cairn::decode<std::tuple<First, Second>>(in);
    return Pair(std::get<0>(std::move(tuple)), std::get<1>(std::move(tuple)));
  }
  static std::string type_name() {
    return "pair<" + cairn::type_name<First>() + ", " + cairn::type_name<Second>() + ">";
  }
};

}  // namespace cairn
