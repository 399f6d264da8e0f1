// Codec of classes described with Boost.Describe, bases and nested classes included.
#pragma once

#include <cairn/codec/core.h>
#include <cairn/codec/sequence.h>

#include <boost/describe/class.hpp>
#include <boost/describe/members.hpp>
#include <boost/describe/modifiers.hpp>
#include <boost/mp11/algorithm.hpp>
#include <boost/mp11/list.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

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

/// Those that are stored.
template <class T>
using Members = boost::mp11::mp_remove_if_q<AllMembers<T>, IsRebuilt<T>>;

template <class T>
Schema make_schema() {
  Schema schema;
  schema.class_name = ClassTraits<T>::name();
  schema.class_version = ClassTraits<T>::version;
  boost::mp11::mp_for_each<Members<T>>([&](auto member) {
    schema.fields.push_back({decltype(member)::name, cairn::type_name<MemberType<T, decltype(member)>>()});
  });
  return schema;
}

/// The schema of a described class, made once.
template <class T>
const Schema& schema_of() {
  static const Schema schema = make_schema<T>();
  return schema;
}

/// Throws type_mismatch if the stored object is of another class, newer_class if of a newer version.
void expect_class(const ObjectDecoder& found, const Schema& expected);

/// The stored field called `name`; `position` is where it is unless the class has changed.
std::optional<Decoder> find_field(const ObjectDecoder& object, std::size_t position, std::string_view name);

}  // namespace detail

/// Fields are matched by name: one that is not stored keeps its default, a stored one that the class has no longer is
/// passed over.
template <detail::Described T>
struct Codec<T> {
  static_assert(detail::kHiddenMembers<T> == 0,
                "a member hides one of a base class with the same name, which would be lost: rename one of them");
  static constexpr bool kNeverNull = true;

  static void encode(const Encoder& out, const T& value) {
    const Schema& schema = detail::schema_of<T>();
    const ObjectEncoder fields = out.static_object(schema);
    std::size_t index = 0;
    try {
      boost::mp11::mp_for_each<detail::Members<T>>([&](auto member) {
        cairn::encode(fields[index], value.*decltype(member)::pointer);
        ++index;
      });
    } catch (const Error&) {
      detail::rethrow_at_field(schema.fields[index].name);
    }
  }

  static T decode(const Decoder& in) {
    static_assert(std::is_default_constructible_v<T>,
                  "a described class needs a default constructor to be loaded, or a cairn::Codec of its own");
    const ObjectDecoder object = in.object();
    const Schema& schema = detail::schema_of<T>();
    detail::expect_class(object, schema);
    T value{};
    std::size_t index = 0;
    try {
      boost::mp11::mp_for_each<detail::Members<T>>([&](auto member) {
        if (const auto field = detail::find_field(object, index, decltype(member)::name))
          detail::decode_into(*field, value.*decltype(member)::pointer);
        ++index;
      });
    } catch (const Error&) {
      detail::rethrow_at_field(schema.fields[index].name);
    }
    return value;
  }

  static std::string type_name() { return ClassTraits<T>::name(); }
};

}  // namespace cairn
