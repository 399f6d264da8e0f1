// Codecs of plain data: any stored value as a Value, and back.
#pragma once

#include <cairn/codec/core.h>
#include <cairn/codec/sequence.h>
#include <cairn/value.h>

namespace [[gnu::visibility("default")]] cairn {

/// Writes a Value. Throws unstorable for a StoredArray, whose elements are not at hand.
void encode_value(const Encoder& out, const Value& value);
void encode_map(const Encoder& out, const Map& value);
void encode_object(const Encoder& out, const Object& value);
void encode_array(const Encoder& out, const Array& value);
/// Reads a Value; arrays kept outside the object become StoredArray unless `load_arrays`.
Value decode_value(const Decoder& in, bool load_arrays = true);

template <>
struct Codec<Value> {
  static void encode(const Encoder& out, const Value& value) { encode_value(out, value); }
  static Value decode(const Decoder& in) { return decode_value(in); }
  static std::string type_name() { return "value"; }
};

namespace detail {

template <class T>
T decode_value_as(const Decoder& in, std::string_view expected) {
  const Value value = decode_value(in);
  if (const T* found = value.get_if<T>()) return *found;
  if (value.is<Graph>()) throw Error(ErrorCode::type_mismatch, "expected " + std::string(expected) + ", found graph");
  in.mismatch(expected);
}

}  // namespace detail

template <>
struct Codec<Map> {
  static constexpr bool kNeverNull = true;
  static void encode(const Encoder& out, const Map& value) { encode_map(out, value); }
  static Map decode(const Decoder& in) { return detail::decode_value_as<Map>(in, "map"); }
  static std::string type_name() { return "map<value, value>"; }
};

template <>
struct Codec<Tuple> {
  static constexpr bool kNeverNull = true;
  static void encode(const Encoder& out, const Tuple& value) { encode_value(out, Value(value)); }
  static Tuple decode(const Decoder& in) { return detail::decode_value_as<Tuple>(in, "tuple"); }
  static std::string type_name() { return "tuple"; }
};

template <>
struct Codec<Set> {
  static constexpr bool kNeverNull = true;
  static void encode(const Encoder& out, const Set& value) { encode_value(out, Value(value)); }
  static Set decode(const Decoder& in) { return detail::decode_value_as<Set>(in, "set"); }
  static std::string type_name() { return "set<value>"; }
};

template <>
struct Codec<Enumerator> {
  static constexpr bool kNeverNull = true;
  static void encode(const Encoder& out, const Enumerator& value) { encode_value(out, Value(value)); }
  static Enumerator decode(const Decoder& in) { return detail::decode_value_as<Enumerator>(in, "enumerator"); }
  static std::string type_name() { return "enumerator"; }
};

template <>
struct Codec<Quantity> {
  static constexpr bool kNeverNull = true;
  static void encode(const Encoder& out, const Quantity& value) { encode_value(out, Value(value)); }
  static Quantity decode(const Decoder& in) { return detail::decode_value_as<Quantity>(in, "quantity"); }
  static std::string type_name() { return "quantity"; }
};

template <>
struct Codec<Object> {
  static constexpr bool kNeverNull = true;
  static void encode(const Encoder& out, const Object& value) { encode_object(out, value); }
  static Object decode(const Decoder& in) { return detail::decode_value_as<Object>(in, "object"); }
  static std::string type_name() { return "object"; }
};

template <>
struct Codec<Message> {
  static constexpr bool kNeverNull = true;
  static void encode(const Encoder& out, const Message& value) { out.message(value); }
  static Message decode(const Decoder& in) { return in.message().read(); }
  static std::string type_name() { return "message"; }
};

template <>
struct Codec<Array> {
  static constexpr bool kNeverNull = true;
  static void encode(const Encoder& out, const Array& value) { encode_array(out, value); }
  static Array decode(const Decoder& in) { return detail::decode_value_as<Array>(in, "array"); }
  static std::string type_name() { return "array"; }
};

}  // namespace cairn
