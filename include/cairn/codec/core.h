// Codec: how a C++ type is stored. This file has what all codecs share; the others each have one family of types.
#pragma once

#include <cairn/decoder.h>
#include <cairn/encoder.h>
#include <cairn/error.h>
#include <cairn/files.h>

#include <boost/core/type_name.hpp>
#include <boost/mp11/algorithm.hpp>
#include <boost/mp11/list.hpp>

#include <bit>
#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeindex>
#include <typeinfo>
#include <unordered_set>
#include <utility>

namespace [[gnu::visibility("default")]] cairn {

static_assert(std::endian::native == std::endian::little, "arrays are passed on in their stored, little-endian form");

/// How a T is stored. Specialise it for a type that cannot be described:
///
///   template <> struct cairn::Codec<Money> {
///     static void encode(const Encoder& out, const Money& value) { cairn::encode(out, value.cents()); }
///     static Money decode(const Decoder& in) { return Money(cairn::decode<std::int64_t>(in)); }
///     static constexpr bool kNeverNull = true;                   // optional: it never writes null
///     static constexpr bool kMayRefuse = true;                   // optional: encode throws unstorable for some values
///     static std::string type_name() { return "money"; }         // optional: else ClassTraits<Money>::name()
///   };
template <class T>
struct Codec;

namespace detail {

/// The name of a type without the anonymous namespaces in it.
std::string without_anonymous(std::string name);

}  // namespace detail

/// Name and version of a class in the store. Specialise it to give a class a name that outlives a move to another
/// namespace, or a higher version when the meaning of its fields changes.
template <class T>
struct ClassTraits {
  /// As the compiler spells it, without anonymous namespaces: what they hide is not hidden from the data.
  static std::string name() { return detail::without_anonymous(boost::core::type_name<T>()); }
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

// What a lossy value is left to, and not taken from it, when there is a type hint.
template <class T>
concept TakesLossy = std::same_as<T, Value> || requires { requires Codec<T>::kTakesLossy; };

template <class... Ts>
struct Types {};

// The types whose values a T may hold, for all that is known of its template.
template <class T>
struct HeldTypes {
  using List = Types<>;
};
template <template <class...> class Holder, class... Ts>
struct HeldTypes<Holder<Ts...>> {
  using List = Types<Ts...>;
};
template <class T, std::size_t Size, template <class, std::size_t> class Holder>
struct HeldTypes<Holder<T, Size>> {
  using List = Types<T>;
};
template <class T, std::size_t Size>
struct HeldTypes<T[Size]> {
  using List = Types<T>;
};
template <class T>
bool finds_refusal(std::unordered_set<std::type_index>& seen);

template <class... Ts>
bool any_finds_refusal(Types<Ts...>, std::unordered_set<std::type_index>& seen) {
  return (finds_refusal<Ts>(seen) || ...);
}

template <class T>
bool finds_refusal(std::unordered_set<std::type_index>& seen) {
  if constexpr (requires { requires Codec<T>::kMayRefuse; }) return true;
  if (!seen.insert(typeid(T*)).second) return false;
  if constexpr (requires { typename Codec<T>::Holds; })
    return any_finds_refusal(typename Codec<T>::Holds(), seen);
  else
    return any_finds_refusal(typename HeldTypes<T>::List(), seen);
}

/// True if a T, or a value in it, may be of a kind that has no way back.
template <class T>
bool may_be_refused() {
  static const bool may = [] {
    std::unordered_set<std::type_index> seen;
    return finds_refusal<T>(seen);
  }();
  return may;
}

/// Throws not_allowed if the class is registered and the allow list does not name it.
void expect_allowed(const Decoder& in, const std::type_info& type);

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

/// The value as a T. Throws type_mismatch with the path to what is not as expected, newer_class, not_allowed, limit,
/// damaged.
template <class T>
T decode(const Decoder& in) {
  static_assert(detail::Decodes<T>,
                "cairn cannot load this type: describe it with BOOST_DESCRIBE_STRUCT or specialise cairn::Codec "
                "(views such as std::string_view can only be stored)");
  if constexpr (detail::Decodes<T>) {
    if constexpr (std::is_class_v<T>)
      if (in.checks_classes()) [[unlikely]] detail::expect_allowed(in, typeid(T));
    if constexpr (!detail::TakesLossy<T>)
      if (in.type_hint() && in.kind() == ValueKind::lossy) [[unlikely]] return cairn::decode<T>(in.lossy().rest);
    return Codec<T>::decode(in);
  }
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
    constexpr Encode kEncode = [](const Encoder& out, const void* at) { cairn::encode(out, *static_cast<const T*>(at)); };
    return Encodable(&value, kEncode, recode_of<T>(), detail::may_be_refused<T>());
  }
  void encode(const Encoder& out) const { encode_(out, value_); }
  /// Loads a value of its type and stores it again. Only if can_recode(): views can only be stored.
  void recode(const Decoder& in, const Encoder& out) const { recode_(in, out); }
  bool can_recode() const { return recode_ != nullptr; }
  /// True if it may hold what has no way back, so that it is looked at once before anything is written.
  bool may_be_refused() const { return may_be_refused_; }

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

  Encodable(const void* value, Encode encode_one, Recode recode_one, bool may_be_refused)
      : value_(value), encode_(encode_one), recode_(recode_one), may_be_refused_(may_be_refused) {}

  const void* value_;
  Encode encode_;
  Recode recode_;
  bool may_be_refused_;
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
