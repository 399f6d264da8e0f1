// Codec: how a C++ type is stored. This file has what all codecs share; the others each have one family of types.
#pragma once

#include <cairn/decoder.h>
#include <cairn/encoder.h>
#include <cairn/error.h>

#include <boost/core/type_name.hpp>
#include <boost/mp11/algorithm.hpp>
#include <boost/mp11/list.hpp>

#include <bit>
#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace [[gnu::visibility("default")]] cairn {

static_assert(std::endian::native == std::endian::little, "arrays are passed on in their stored, little-endian form");

/// How a T is stored. Specialise it for a type that cannot be described:
///
///   template <> struct cairn::Codec<Money> {
///     static void encode(const Encoder& out, const Money& value) { cairn::encode(out, value.cents()); }
///     static Money decode(const Decoder& in) { return Money(cairn::decode<std::int64_t>(in)); }
///     static constexpr bool kNeverNull = true;                   // optional: it never writes null
///     static std::string type_name() { return "money"; }         // optional: else ClassTraits<Money>::name()
///   };
template <class T>
struct Codec;

/// Name and version of a class in the store. Specialise it to give a class a name that outlives a move to another
/// namespace, or a higher version when the meaning of its fields changes.
template <class T>
struct ClassTraits {
  /// As the compiler spells it, without anonymous namespaces: what they hide is not hidden from the data.
  static std::string name() {
    static constexpr std::string_view kAnonymous = "(anonymous namespace)::";
    std::string name = boost::core::type_name<T>();
    for (std::size_t at; (at = name.find(kAnonymous)) != std::string::npos;) name.erase(at, kAnonymous.size());
    return name;
  }
  static constexpr std::uint32_t version = 1;
};

namespace detail {

template <class T>
concept Encodes = requires(const Encoder& out, const T& value) { Codec<T>::encode(out, value); };
template <class T>
concept Decodes = requires(const Decoder& in) {
  { Codec<T>::decode(in) } -> std::convertible_to<T>;
};
template <class T>
concept NamesType = requires {
  { Codec<T>::type_name() } -> std::convertible_to<std::string>;
};

// True if a T can be loaded, with all that is in it: a vector of views has a codec that decodes, but not one that compiles.
// What is not known to be made of parts is taken at its codec's word.
// `Seen` are the types it is part of.
template <class T, class Seen = boost::mp11::mp_list<>>
constexpr bool is_decodable();

template <class T, class Seen>
struct DecodableArguments : std::true_type {};
template <template <class...> class Template, class... Ts, class Seen>
struct DecodableArguments<Template<Ts...>, Seen>
    : std::bool_constant<((!Encodes<Ts> || is_decodable<Ts, Seen>()) && ...)> {};
template <class T, class Seen>
struct DecodableParts : DecodableArguments<T, Seen> {};

template <class T, class Seen>
constexpr bool is_decodable() {
  if constexpr (boost::mp11::mp_contains<Seen, T>::value)
    return true;
  else if constexpr (std::is_array_v<T>)
    return is_decodable<std::remove_extent_t<T>, Seen>();
  else if constexpr (!Decodes<T>)
    return false;
  else
    return DecodableParts<T, boost::mp11::mp_push_back<Seen, T>>::value;
}

// A codec that says nothing may write null, so an optional of its type needs a form of its own for "present".
template <class T>
concept NeverNull = requires { requires Codec<T>::kNeverNull; };

/// True if Encoder::text() stores it as text, not as bytes.
bool is_text(std::string_view text);

/// Call these in a handler for Error: each throws the error again with one step of the path put before its message.
[[noreturn]] void rethrow_at_field(std::string_view name);
[[noreturn]] void rethrow_at_index(std::size_t index);

}  // namespace detail

/// Writes `value` into `out`.
template <class T>
void encode(const Encoder& out, const T& value) {
  static_assert(detail::Encodes<T>,
                "cairn cannot store this type: describe it with BOOST_DESCRIBE_STRUCT or specialise cairn::Codec");
  if constexpr (detail::Encodes<T>) Codec<T>::encode(out, value);
}

/// The value as a T. Throws type_mismatch with the path to what is not as expected, newer_class, limit, damaged.
template <class T>
T decode(const Decoder& in) {
  static_assert(detail::Decodes<T>,
                "cairn cannot load this type: describe it with BOOST_DESCRIBE_STRUCT or specialise cairn::Codec "
                "(views such as std::string_view can only be stored)");
  if constexpr (detail::Decodes<T>) return Codec<T>::decode(in);
}

/// What a T is called in schemas: its class name if it is described, else "int64", "list<text>" and the like.
template <class T>
std::string type_name() {
  static_assert(detail::Encodes<T>,
                "cairn cannot store this type: describe it with BOOST_DESCRIBE_STRUCT or specialise cairn::Codec");
  if constexpr (detail::NamesType<T>)
    return Codec<T>::type_name();
  else
    return ClassTraits<T>::name();
}

/// A reference to a value that can be stored, whatever its type. Does not own it.
class Encodable {
 public:
  template <class T>
  static Encodable of(const T& value) {
    return Encodable(
        &value, [](const Encoder& out, const void* at) { cairn::encode(out, *static_cast<const T*>(at)); },
        recode_of<T>());
  }
  void encode(const Encoder& out) const { encode_(out, value_); }
  /// Loads a value of its type and stores it again. Only if can_recode(): views can only be stored.
  void recode(const Decoder& in, const Encoder& out) const { recode_(in, out); }
  bool can_recode() const { return recode_ != nullptr; }

 private:
  using Encode = void (*)(const Encoder&, const void*);
  using Recode = void (*)(const Decoder&, const Encoder&);

  template <class T>
  static constexpr Recode recode_of() {
    if constexpr (detail::is_decodable<T>() && !std::is_array_v<T>)
      return [](const Decoder& in, const Encoder& out) { cairn::encode(out, cairn::decode<T>(in)); };
    else
      return nullptr;
  }

  Encodable(const void* value, Encode encode_one, Recode recode_one)
      : value_(value), encode_(encode_one), recode_(recode_one) {}

  const void* value_;
  Encode encode_;
  Recode recode_;
};

/// `value` must outlive what is returned.
template <class T>
Encodable encodable(const T& value) {
  static_assert(detail::Encodes<T>,
                "cairn cannot store this type: describe it with BOOST_DESCRIBE_STRUCT or specialise cairn::Codec");
  return Encodable::of(value);
}

/// What loading `value` back as plain data would give, without a store.
Value to_value(const Encodable& value);

}  // namespace cairn
