// What is to be known of a class when only a pointer to one of its bases, or to nothing in particular, is at hand.
#pragma once

#include <cairn/codec/described.h>
#include <cairn/value.h>

#include <memory>
#include <type_traits>
#include <typeindex>
#include <typeinfo>
#include <vector>

namespace [[gnu::visibility("default")]] cairn {

namespace detail {

class LinkCell;
class SharedObject;

/// Tells a member from all others.
template <auto Member>
struct MemberTag {};

/// The parts of one object that links are made of.
struct ObjectParts {
  struct LinkPart {
    std::type_index member;  // its MemberTag
    std::shared_ptr<LinkCell> cell;
  };
  struct BackLinksPart {
    std::type_index member;  // that of the links
    void* place;
    void (*add)(void* place, const SharedObject& owner);
  };

  std::vector<Identity> names;
  std::vector<LinkPart> links;
  std::vector<BackLinksPart> back_links;
};

/// Specialised for the types of link.h: adds what a member is to the parts of its object.
template <class Member>
struct MemberParts {
  static constexpr bool kAny = false;
};

template <class T>
struct IsPart {
  template <class Member>
  using fn = std::bool_constant<MemberParts<MemberType<T, Member>>::kAny>;
};

template <class T>
constexpr bool has_parts() {
  if constexpr (Described<T>)
    return boost::mp11::mp_any_of_q<AllMembers<T>, IsPart<T>>::value;
  else
    return false;
}

template <class T>
void gather_parts(void* object, ObjectParts& parts) {
  boost::mp11::mp_for_each<AllMembers<T>>([&](auto member) {
    using Parts = MemberParts<MemberType<T, decltype(member)>>;
    if constexpr (Parts::kAny)
      Parts::template gather<decltype(member)::pointer>(static_cast<T*>(object)->*decltype(member)::pointer, parts);
  });
}

/// What is to be known of a class behind a pointer when the type of the pointer is known no more.
struct PointeeClass {
  const std::type_info* type;
  void (*raise)(void* object);                       // throws a pointer to it, which those to its bases catch
  void (*gather)(void* object, ObjectParts& parts);  // null if there are none
};

template <class T>
const PointeeClass& class_of() {
  constexpr auto kRaise = [](void* object) { throw static_cast<T*>(object); };
  if constexpr (has_parts<T>()) {
    static constexpr PointeeClass kClass{&typeid(T), kRaise, gather_parts<T>};
    return kClass;
  } else {
    static constexpr PointeeClass kClass{&typeid(T), kRaise, nullptr};
    return kClass;
  }
}

}  // namespace detail

}  // namespace cairn
