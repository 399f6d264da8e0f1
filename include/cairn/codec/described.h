// Codec of classes described with Boost.Describe, bases and nested classes included.
#pragma once

#include <cairn/codec/core.h>
#include <cairn/codec/lossy.h>
#include <cairn/codec/port.h>
#include <cairn/codec/sequence.h>
#include <cairn/unknown_fields.h>

#include <boost/describe/class.hpp>
#include <boost/describe/members.hpp>
#include <boost/describe/modifiers.hpp>
#include <boost/mp11/algorithm.hpp>
#include <boost/mp11/list.hpp>

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <vector>

namespace [[gnu::visibility("default")]] cairn {

namespace detail {

template <class T>
concept Described = std::is_class_v<T> && boost::describe::has_describe_members<T>::value;

inline constexpr unsigned kMemberModifiers = boost::describe::mod_any_access | boost::describe::mod_inherited;

template <class T>
using AllMembers = boost::describe::describe_members<T, kMemberModifiers>;

template <class T>
inline constexpr std::size_t kHiddenMembers =
    boost::mp11::mp_size<boost::describe::describe_members<T, kMemberModifiers | boost::describe::mod_hidden>>::value -
    boost::mp11::mp_size<AllMembers<T>>::value;

template <class T, class Member>
using MemberType = std::remove_cvref_t<decltype(std::declval<T&>().*Member::pointer)>;

/// True for types of members that follow from others when they are loaded, and so are no fields.
template <class T>
inline constexpr bool kRebuilt = false;

template <class T>
struct IsRebuilt {
  template <class Member>
  using fn = std::bool_constant<kRebuilt<MemberType<T, Member>>>;
};

/// All others.
template <class T>
using Members = boost::mp11::mp_remove_if_q<AllMembers<T>, IsRebuilt<T>>;

template <class T>
struct KeepsUnknown {
  template <class Member>
  using fn = std::is_same<MemberType<T, Member>, UnknownFields>;
};

template <class T>
using UnknownMembers = boost::mp11::mp_copy_if_q<Members<T>, KeepsUnknown<T>>;

/// Those that are fields.
template <class T>
using StoredMembers = boost::mp11::mp_remove_if_q<Members<T>, KeepsUnknown<T>>;

template <class T, class Seen, class = StoredMembers<T>>
struct DecodableMembers;
template <class T, class Seen, template <class...> class List, class... Member>
struct DecodableMembers<T, Seen, List<Member...>>
    : std::bool_constant<std::is_default_constructible_v<T> &&
                         ((HasPort<Member> || is_decodable<MemberType<T, Member>, Seen>()) && ...)> {};
template <Described T, class Seen>
struct DecodableParts<T, Seen> : DecodableMembers<T, Seen> {};

template <class T>
struct TypeOfMember {
  template <class Member>
  using fn = MemberType<T, Member>;
};

template <class T>
inline constexpr bool kKeepsUnknown = boost::mp11::mp_size<UnknownMembers<T>>::value != 0;

/// What the member keeps that is called so; the class has one.
template <class T>
auto& unknown_fields(T& value) {
  return value.*boost::mp11::mp_front<UnknownMembers<std::remove_const_t<T>>>::pointer;
}

template <class T, class Member>
Schema::Field field_of() {
  using Type = MemberType<T, Member>;
  Schema::Field field{Member::name, {}, {}};
  if constexpr (Encodes<Type> || !HasPort<Member>)
    field.type = cairn::type_name<Type>();
  else
    field.type = ClassTraits<Type>::name();
  if constexpr (HasPort<Member>) field.codec = PortCodec<Member>::name();
  return field;
}

template <class T>
Schema make_schema() {
  Schema schema;
  schema.class_name = ClassTraits<T>::name();
  schema.class_version = ClassTraits<T>::version;
  boost::mp11::mp_for_each<StoredMembers<T>>(
      [&](auto member) { schema.fields.push_back(field_of<T, decltype(member)>()); });
  return schema;
}

/// The schema of a described class, made once.
template <class T>
const Schema& schema_of() {
  static const Schema schema = make_schema<T>();
  return schema;
}

/// Begins an object with these fields behind those of its class.
ObjectEncoder begin_with_unknown(const Encoder& out, const Schema& schema, const UnknownFields& unknown);
void encode_unknown(const ObjectEncoder& fields, std::size_t first, const UnknownFields& unknown);

template <class Member, class Type>
void encode_member(const Encoder& out, const Type& value) {
  if constexpr (HasPort<Member>)
    PortCodec<Member>::encode(out, value);
  else
    cairn::encode(out, value);
}

/// Writes the members that a T has, whatever else `value` is.
template <class T>
void encode_fields(const Encoder& out, const T& value) {
  const Schema& schema = schema_of<T>();
  const UnknownFields* unknown = nullptr;
  if constexpr (kKeepsUnknown<T>)
    if (!unknown_fields(value).fields.empty()) unknown = &unknown_fields(value);
  const ObjectEncoder fields =
      unknown == nullptr ? out.static_object(schema) : begin_with_unknown(out, schema, *unknown);
  std::size_t index = 0;
  try {
    boost::mp11::mp_for_each<StoredMembers<T>>([&](auto member) {
      encode_member<decltype(member)>(fields[index], value.*decltype(member)::pointer);
      ++index;
    });
  } catch (const Error&) {
    rethrow_at_field(schema.fields[index].name);
  }
  if (unknown != nullptr) encode_unknown(fields, index, *unknown);
}

/// A stored field, and the name of the codec that it was written with, empty for that of its type.
struct StoredField {
  Decoder value;
  std::string_view codec;
};

/// The fields of an object, or, where the type is a hint, of a map. Refers to it.
class StoredFields {
 public:
  explicit StoredFields(const ObjectDecoder& object) : object_(&object) {}
  explicit StoredFields(const MapDecoder& map) : map_(&map) {}
  /// Where the field called `name` is, `position` unless the class has changed; kNone if there is none.
  std::size_t find(std::size_t position, std::string_view name) const {
    if (object_ == nullptr) return search(name);
    const std::vector<Schema::Field>& fields = object_->schema().fields;
    return position < fields.size() && fields[position].name == name ? position : search(name);
  }
  /// The field at a place that find() told.
  StoredField operator[](std::size_t index) const;
  /// Those that the class does not have.
  UnknownFields unknown(const Schema& schema) const;

  static constexpr std::size_t kNone = SIZE_MAX;

 private:
  std::size_t search(std::string_view name) const;

  const ObjectDecoder* object_ = nullptr;
  const MapDecoder* map_ = nullptr;
};

/// True if the object is of the class and of its version, false if it is older and is to be migrated. Throws
/// type_mismatch if it is of another class, newer_class if of a newer version, not_allowed.
bool is_current(const Decoder& in, const ObjectDecoder& found, const Schema& expected, const std::type_info& type);

/// Calls `read` with the fields of what is not current: of an older object as the registered migrations make it, or of
/// what is no object of the class and is read as one because the type is a hint. Throws as is_current, type_mismatch if a
/// migration is missing, and what they throw.
void read_evolved(const Decoder& in, const Schema& expected, const std::type_info& type,
                  const std::function<void(const StoredFields&)>& read);

/// Reads a field that another codec wrote than its port, by one that is registered for its type; throws type_mismatch if
/// there is none. `known` is the name of its port.
void decode_by_name(const StoredField& field, const std::type_info& type, std::string_view known, void* out);

template <class Member, class Type>
void decode_member(const StoredField& field, Type& out) {
  if constexpr (HasPort<Member>) {
    // What went through plain data lost the name; a type without a codec of its own leaves no other choice.
    if (field.codec == PortCodec<Member>::name() || (field.codec.empty() && !Encodes<Type>)) {
      out = PortCodec<Member>::decode(field.value);
      return;
    }
    if (!field.codec.empty()) return decode_by_name(field, typeid(Type), PortCodec<Member>::name(), &out);
    if constexpr (Encodes<Type>) decode_into(field.value, out);
  } else {
    if (!field.codec.empty()) return decode_by_name(field, typeid(Type), {}, &out);
    decode_into(field.value, out);
  }
}

template <class T>
T decode_fields(const StoredFields& stored) {
  const Schema& schema = schema_of<T>();
  T value{};
  std::size_t index = 0;
  try {
    boost::mp11::mp_for_each<StoredMembers<T>>([&](auto member) {
      if (const std::size_t at = stored.find(index, decltype(member)::name); at != StoredFields::kNone)
        decode_member<decltype(member)>(stored[at], value.*decltype(member)::pointer);
      ++index;
    });
  } catch (const Error&) {
    rethrow_at_field(schema.fields[index].name);
  }
  if constexpr (kKeepsUnknown<T>) unknown_fields(value) = stored.unknown(schema);
  return value;
}

template <class T>
T decode_described(const Decoder& in) {
  const Schema& schema = schema_of<T>();
  if (!in.type_hint()) {
    const ObjectDecoder object = in.object();
    if (is_current(in, object, schema, typeid(T))) return decode_fields<T>(StoredFields(object));
  }
  std::optional<T> value;
  read_evolved(in, schema, typeid(T), [&](const StoredFields& fields) { value.emplace(decode_fields<T>(fields)); });
  return std::move(*value);
}

[[noreturn]] void throw_sliced(const std::type_info& dynamic, const std::string& type);

/// Writes what the fallback leaves of `value`, with the name of its type; if that is nothing, calls `refuse`.
template <class T>
void encode_lossy(const Encoder& out, const T& value, const std::string& type, void (*refuse)(const std::string&)) {
  if (out.fallback() == Fallback::describe) return describe_value(out.lossy(type), value);
  if constexpr (Described<T>)
    if (out.fallback() == Fallback::dictify) return encode_fields(out.lossy(type), value);
  refuse(type);
}

}  // namespace detail

/// Fields are matched by name: one that is not stored keeps its default; a stored one that the class has no longer is
/// kept by its member of type UnknownFields, or passed over if it has none. Objects of older versions of the class go
/// through the migrations that are registered (see Registry) and are refused without; newer ones are refused. A class
/// without a default constructor has no way back.
template <detail::Described T>
struct Codec<T> {
  static_assert(detail::kHiddenMembers<T> == 0,
                "a member hides one of a base class with the same name, which would be lost: rename one of them");
  static_assert(boost::mp11::mp_size<detail::UnknownMembers<T>>::value <= 1,
                "a class keeps its unknown fields in one place, its bases included");
  static constexpr bool kDescribed = true;
  static constexpr bool kNeverNull = true;
  static constexpr bool kMadeAgain = std::is_default_constructible_v<T>;
  static constexpr bool kMayBeSliced = std::is_polymorphic_v<T> && !std::is_final_v<T>;
  static constexpr bool kMayRefuse = !kMadeAgain || kMayBeSliced;
  using Holds = boost::mp11::mp_rename<
      boost::mp11::mp_transform_q<detail::TypeOfMember<T>, detail::StoredMembers<T>>, detail::Types>;

  static void encode(const Encoder& out, const T& value) {
    if constexpr (kMayBeSliced)
      if (typeid(value) != typeid(T)) detail::throw_sliced(typeid(value), type_name());
    if constexpr (kMadeAgain)
      detail::encode_fields(out, value);
    else
      detail::encode_lossy(out, value, type_name(), detail::throw_not_made_again);
  }

  static T decode(const Decoder& in)
    requires(!std::is_abstract_v<T>)
  {
    if constexpr (kMadeAgain)
      return detail::decode_described<T>(in);
    else
      detail::throw_no_way_back(in, type_name());
  }

  static std::string type_name() { return ClassTraits<T>::name(); }
};

}  // namespace cairn
