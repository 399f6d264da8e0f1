// NoCodec: for types whose values have no way back, so that saving them says so at run time.
#pragma once

#include <cairn/codec/core.h>
#include <cairn/codec/described.h>

#include <any>
#include <functional>
#include <string>
#include <type_traits>

namespace [[gnu::visibility("default")]] cairn {

/// Says that a T has no way back:
///
///   template <> struct cairn::Codec<Handle> : cairn::NoCodec<Handle> {};
///
/// It is refused when it is saved, unless a fallback is asked for. Loading it throws type_mismatch; with a type hint it
/// is made anew.
template <class T>
struct NoCodec {
  static constexpr bool kMayRefuse = true;
  static constexpr bool kTakesLossy = true;
  static void encode(const Encoder& out, const T& value) { detail::encode_lossy(out, value, type_name(), detail::throw_no_codec); }
  static T decode(const Decoder& in) {
    if constexpr (std::is_default_constructible_v<T>)
      if (in.type_hint()) return T();
    detail::throw_no_way_back(in, type_name());
  }
  static std::string type_name() { return ClassTraits<T>::name(); }
};

template <class Signature>
struct Codec<std::function<Signature>> : NoCodec<std::function<Signature>> {};

template <class Function>
  requires std::is_function_v<Function>
struct Codec<Function*> : NoCodec<Function*> {};

template <>
struct Codec<std::any> : NoCodec<std::any> {};

}  // namespace cairn
