// Codecs of what may be absent, and of what may be one of several types.
#pragma once

#include <cairn/codec/core.h>

#include <memory>
#include <optional>
#include <variant>

namespace [[gnu::visibility("default")]] cairn {

namespace detail {

// Absent is null. Present is the value itself, or a list of one if the value could be null: an optional that holds
// an empty optional is not an empty one.
template <class T>
void encode_present(const Encoder& out, const T& value) {
  if constexpr (NeverNull<T>)
    cairn::encode(out, value);
  else
    cairn::encode(out.list(1)[0], value);
}

template <class T>
T decode_present(const Decoder& in) {
  if constexpr (NeverNull<T>) {
    return cairn::decode<T>(in);
  } else {
    const ListDecoder one = in.list();
    if (one.size() != 1) in.mismatch("a list of one (what is present)");
    return cairn::decode<T>(one[0]);
  }
}

}  // namespace detail

template <class T>
struct Codec<std::optional<T>> {
  static void encode(const Encoder& out, const std::optional<T>& value) {
    if (value) detail::encode_present(out, *value);
  }
  static std::optional<T> decode(const Decoder& in) {
    if (in.is_null()) return std::nullopt;
    return detail::decode_present<T>(in);
  }
  static std::string type_name() { return "optional<" + cairn::type_name<T>() + ">"; }
};

template <>
struct Codec<std::monostate> {
  static void encode(const Encoder& out, std::monostate) { out.null(); }
  static std::monostate decode(const Decoder& in) {
    if (!in.is_null()) in.mismatch("null");
    return {};
  }
  static std::string type_name() { return "null"; }
};

/// A list of two: the number of the alternative and its value. Alternatives may be added at the end only.
template <class... Ts>
struct Codec<std::variant<Ts...>> {
  static constexpr bool kNeverNull = true;
  using Variant = std::variant<Ts...>;

  static void encode(const Encoder& out, const Variant& value) {
    if (value.valueless_by_exception()) throw Error(ErrorCode::unstorable, "a variant without a value");
    const ListEncoder pair = out.list(2);
    pair[0].integer(value.index());
    std::visit([&](const auto& held) { cairn::encode(pair[1], held); }, value);
  }
  static Variant decode(const Decoder& in) {
    const ListDecoder pair = in.list();
    if (pair.size() != 2) in.mismatch("a list of two (a variant's number and value)");
    const auto index = pair[0].template integer<std::size_t>();
    return decode_alternative(pair[1], index, std::index_sequence_for<Ts...>());
  }
  static std::string type_name() {
    std::string names;
    ((names += names.empty() ? "" : ", ", names += cairn::type_name<Ts>()), ...);
    return "variant<" + names + ">";
  }

 private:
  template <std::size_t... Is>
  static Variant decode_alternative(const Decoder& in, std::size_t index, std::index_sequence<Is...>) {
    std::optional<Variant> value;
    ((index == Is ? (void)value.emplace(std::in_place_index<Is>, cairn::decode<Ts>(in)) : (void)0), ...);
    if (!value)
      throw Error(ErrorCode::type_mismatch, "expected one of " + std::to_string(sizeof...(Ts)) +
                                                " alternatives, found number " + std::to_string(index));
    return std::move(*value);
  }
};

}  // namespace cairn
