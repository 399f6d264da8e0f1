// What a pointer points to: how it is stored, what its class is, and what of it takes part in links (see link.h).
#pragma once

#include <cairn/codec/described.h>

#include <boost/core/demangle.hpp>

#include <concepts>
#include <memory>
#include <string>
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

/// The class of the object itself, of which a T may be a base.
template <class T>
const PointeeClass& class_of_object(const T&) {
  return class_of<T>();
}

template <class T>
const void* address_of_object(const T& object) {
  if constexpr (std::is_polymorphic_v<T>)
    return dynamic_cast<const void*>(&object);
  else
    return &object;
}

/// Where `object_class`, which is that of the object or T, begins in it.
template <class T>
void* place_of(const T& object, const PointeeClass& object_class) {
  return const_cast<void*>(*object_class.type == typeid(object) ? address_of_object(object) : &object);
}

template <class T>
void encode_pointee(const Encoder& out, const T& object) {
  if constexpr (std::is_polymorphic_v<T>) {
    if (typeid(object) != typeid(T))
      throw Error(ErrorCode::unstorable, "an object of " + boost::core::demangle(typeid(object).name()) +
                                             " behind a pointer to " + cairn::type_name<T>() + ", which would cut it");
  }
  cairn::encode(out, object);
}

template <class T>
std::unique_ptr<T> decode_pointee(const Decoder& in) {
  return std::make_unique<T>(cairn::decode<T>(in));
}

/// An object that shared pointers hold, whatever their type.
class SharedObject {
 public:
  template <class T>
  explicit SharedObject(const std::shared_ptr<T>& object)
      : class_(&class_of_object(*object)), object_(object, place_of(*object, *class_)) {}

  const PointeeClass& object_class() const { return *class_; }
  /// Null if it is neither a T nor of a class with one base of that type.
  template <class T>
  std::shared_ptr<T> as() const {
    if (*class_->type == typeid(T)) return {object_, static_cast<T*>(object_.get())};
    if constexpr (std::is_class_v<T>) {
      try {
        class_->raise(object_.get());
      } catch (T* base) {
        return {object_, base};
      } catch (...) {
      }
    }
    return nullptr;
  }
  ObjectParts parts() const {
    ObjectParts found;
    if (class_->gather != nullptr) class_->gather(object_.get(), found);
    return found;
  }

 private:
  const PointeeClass* class_;
  std::shared_ptr<void> object_;  // where its class begins
};

/// The unique ids of an object.
template <class T>
std::vector<Identity> names_of(const T& object) {
  ObjectParts found;
  const PointeeClass& found_class = class_of_object(object);
  if (found_class.gather != nullptr) found_class.gather(place_of(object, found_class), found);  // changes nothing
  return std::move(found.names);
}

}  // namespace detail

}  // namespace cairn
