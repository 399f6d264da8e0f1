// Codecs of single numbers, booleans, enumerations and ids.
#pragma once

#include <cairn/codec/core.h>

#include <boost/describe/enum.hpp>
#include <boost/describe/enum_from_string.hpp>
#include <boost/describe/enum_to_string.hpp>
#include <boost/describe/enumerators.hpp>

#include <bit>
#include <complex>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <type_traits>

namespace [[gnu::visibility("default")]] cairn {

namespace detail {

// The fixed-width integer that an integral type is stored as. Plain char is signed everywhere, so that the machine
// that reads need not be of the kind that wrote.
template <std::size_t Size, bool Signed>
struct FixedInteger;
template <> struct FixedInteger<1, true> { using Type = std::int8_t; };
template <> struct FixedInteger<2, true> { using Type = std::int16_t; };
template <> struct FixedInteger<4, true> { using Type = std::int32_t; };
template <> struct FixedInteger<8, true> { using Type = std::int64_t; };
template <> struct FixedInteger<1, false> { using Type = std::uint8_t; };
template <> struct FixedInteger<2, false> { using Type = std::uint16_t; };
template <> struct FixedInteger<4, false> { using Type = std::uint32_t; };
template <> struct FixedInteger<8, false> { using Type = std::uint64_t; };

template <class T>
using IntegerOf = typename FixedInteger<sizeof(T), std::same_as<T, char> || std::is_signed_v<T>>::Type;

template <class T>
concept StoredInteger = std::integral<T> && !std::same_as<T, bool> && std::same_as<T, std::remove_cv_t<T>> &&
                        sizeof(T) <= 8;

template <class T>
struct DTypeOf;
template <StoredInteger T>
struct DTypeOf<T> {
  static constexpr int kLog2 = std::countr_zero(sizeof(T));
  static constexpr DType value = static_cast<DType>(
      static_cast<int>(std::is_signed_v<IntegerOf<T>> ? DType::int8 : DType::uint8) + kLog2);
};
template <> struct DTypeOf<bool> { static constexpr DType value = DType::boolean; };
template <> struct DTypeOf<float> { static constexpr DType value = DType::float32; };
template <> struct DTypeOf<double> { static constexpr DType value = DType::float64; };
template <> struct DTypeOf<std::complex<float>> { static constexpr DType value = DType::complex64; };
template <> struct DTypeOf<std::complex<double>> { static constexpr DType value = DType::complex128; };

/// Types whose sequences are stored as numeric arrays.
template <class T>
concept ArrayElement = requires { DTypeOf<T>::value; };

template <ArrayElement T>
std::string dtype_text() {
  return std::string(dtype_name(DTypeOf<T>::value));
}

/// The float as a double that holds it exactly, signalling NaNs and their payloads included (a conversion would
/// quieten them), and back; throws type_mismatch if a float cannot hold `value`.
double widen(float value);
float narrow(double value);
/// The real; where the type is a hint, an integer that a double holds as well.
double decode_real(const Decoder& in);

template <class T>
concept DescribedEnum = std::is_enum_v<T> && boost::describe::has_describe_enumerators<T>::value;

[[noreturn]] void throw_unknown_enumerator(std::string_view type, std::string_view found);

}  // namespace detail

template <>
struct Codec<bool> {
  static constexpr bool kNeverNull = true;
  static void encode(const Encoder& out, bool value) { out.boolean(value); }
  static bool decode(const Decoder& in) { return in.boolean(); }
  static std::string type_name() { return "boolean"; }
};

template <detail::StoredInteger T>
struct Codec<T> {
  static constexpr bool kNeverNull = true;
  using Stored = detail::IntegerOf<T>;
  static void encode(const Encoder& out, T value) { out.integer(static_cast<Stored>(value)); }
  static T decode(const Decoder& in) { return static_cast<T>(in.integer<Stored>()); }
  static std::string type_name() { return detail::dtype_text<T>(); }
};

template <>
struct Codec<double> {
  static constexpr bool kNeverNull = true;
  static void encode(const Encoder& out, double value) { out.real(value); }
  static double decode(const Decoder& in) { return detail::decode_real(in); }
  static std::string type_name() { return "float64"; }
};

/// Throws type_mismatch for a real that is no float.
template <>
struct Codec<float> {
  static constexpr bool kNeverNull = true;
  static void encode(const Encoder& out, float value) { out.real(detail::widen(value)); }
  static float decode(const Decoder& in) { return detail::narrow(detail::decode_real(in)); }
  static std::string type_name() { return "float32"; }
};

/// Both parts keep their bits. Stores of format 1 have an array without dimensions.
template <class Part>
  requires detail::ArrayElement<std::complex<Part>>
struct Codec<std::complex<Part>> {
  static constexpr bool kNeverNull = true;
  static constexpr DType kType = detail::DTypeOf<std::complex<Part>>::value;
  static void encode(const Encoder& out, const std::complex<Part>& value) {
    if constexpr (std::same_as<Part, float>)
      out.complex({detail::widen(value.real()), detail::widen(value.imag())});
    else
      out.complex(value);
  }
  static std::complex<Part> decode(const Decoder& in) {
    if (in.kind() == ValueKind::array) return decode_array(in);
    const std::complex<double> value = in.complex();
    if constexpr (std::same_as<Part, float>)
      return {detail::narrow(value.real()), detail::narrow(value.imag())};
    else
      return value;
  }
  static std::string type_name() { return detail::dtype_text<std::complex<Part>>(); }

 private:
  static std::complex<Part> decode_array(const Decoder& in) {
    const ArrayDecoder array = in.array();
    std::complex<Part> value;
    if (array.dtype() != kType || !array.shape().empty()) in.mismatch(dtype_name(kType));
    array.read(std::as_writable_bytes(std::span(&value, 1)));
    return value;
  }
};

/// A described enumerator is stored by its name, so that renumbering the enumeration changes nothing, with its type and
/// number beside it; any other value, and an enumeration that is not described, by its number. Loading takes a name or a
/// number alone, too.
template <class T>
  requires std::is_enum_v<T>
struct Codec<T> {
  static constexpr bool kNeverNull = true;
  using Number = std::underlying_type_t<T>;

  static void encode(const Encoder& out, T value) {
    const auto number = static_cast<Number>(value);
    if constexpr (detail::DescribedEnum<T>) {
      if (const char* name = boost::describe::enum_to_string(value, nullptr))
        return cairn::encode(out.enumerator(ClassTraits<T>::name(), name), number);
    }
    cairn::encode(out, number);
  }
  static T decode(const Decoder& in) {
    if constexpr (detail::DescribedEnum<T>) {
      if (in.kind() == ValueKind::enumerator) return named(in.enumerator().name);
      if (in.kind() == ValueKind::text) return named(in.text());
    }
    if (in.kind() == ValueKind::enumerator) return static_cast<T>(cairn::decode<Number>(in.enumerator().value));
    return static_cast<T>(cairn::decode<Number>(in));
  }

 private:
  static T named(std::string_view text) {
    T value{};
    const std::string name(text);
    if (!boost::describe::enum_from_string(name.c_str(), value))
      detail::throw_unknown_enumerator(ClassTraits<T>::name(), name);
    return value;
  }
};

template <>
struct Codec<ObjectId> {
  static constexpr bool kNeverNull = true;
  static void encode(const Encoder& out, const ObjectId& value) { out.object_ref(value); }
  static ObjectId decode(const Decoder& in) { return in.object_ref(); }
  static std::string type_name() { return "object reference"; }
};

template <>
struct Codec<ArtifactId> {
  static constexpr bool kNeverNull = true;
  static void encode(const Encoder& out, const ArtifactId& value) { out.artifact_ref(value); }
  static ArtifactId decode(const Decoder& in) { return in.artifact_ref(); }
  static std::string type_name() { return "artifact reference"; }
};

template <>
struct Codec<NodeRef> {
  static constexpr bool kNeverNull = true;
  static void encode(const Encoder& out, const NodeRef& value) { out.node_ref(value.node); }
  static NodeRef decode(const Decoder& in) { return {in.node_ref()}; }
  static std::string type_name() { return "node reference"; }
};

/// Loading takes a reference to a node, too, as which stores of format 1 have UUIDs.
template <>
struct Codec<Uuid> {
  static constexpr bool kNeverNull = true;
  static void encode(const Encoder& out, const Uuid& value) { out.uuid(value); }
  static Uuid decode(const Decoder& in) {
    return in.kind() == ValueKind::node_ref ? in.node_ref() : in.uuid();
  }
  static std::string type_name() { return "UUID"; }
};

template <>
struct Codec<BigInteger> {
  static constexpr bool kNeverNull = true;
  static void encode(const Encoder& out, const BigInteger& value) { out.big_integer(value); }
  static BigInteger decode(const Decoder& in) { return in.big_integer(); }
  static std::string type_name() { return "integer"; }
};

template <>
struct Codec<Decimal> {
  static constexpr bool kNeverNull = true;
  static void encode(const Encoder& out, const Decimal& value) { out.decimal(value); }
  static Decimal decode(const Decoder& in) { return in.decimal(); }
  static std::string type_name() { return "decimal"; }
};

template <>
struct Codec<Identity> {
  static constexpr bool kNeverNull = true;
  static void encode(const Encoder& out, const Identity& value) { out.identity(value); }
  static Identity decode(const Decoder& in) { return in.identity(); }
  static std::string type_name() { return "reference by name"; }
};

}  // namespace cairn
