// What a pointer points to: an object whose class may derive from the one that the program names, and what of it takes part
// in links (see link.h).
#pragma once

#include <cairn/codec/described.h>
#include <cairn/codec/lossy.h>
#include <cairn/codec/optional.h>
#include <cairn/codec/pointee_class.h>

#include <concepts>
#include <memory>
#include <string>
#include <type_traits>
#include <typeindex>
#include <typeinfo>
#include <vector>

namespace [[gnu::visibility("default")]] cairn {

namespace detail {

/// Writes `value`, which is a `base`, as the class that it is. False if that is not registered as a `base`.
bool encode_derived(const Encoder& out, const std::type_info& base, const std::type_info& dynamic, const void* value);
/// A new object, as a pointer to `base`, if the data has one of a class other than `base` that is registered as one. Else
/// null. Throws type_mismatch if the data has an object of a class that is not `name` and not registered so.
void* decode_derived(const Decoder& in, const std::type_info& base, const std::string& name);
std::string dynamic_name(const std::type_info& type);
[[noreturn]] void throw_not_registered(const std::type_info& dynamic, const std::string& base);

/// "Shape" for a pointer to Shape, whether or not a Shape itself can be stored.
template <class T>
std::string pointee_name() {
  if constexpr (Encodes<T>)
    return cairn::type_name<T>();
  else
    return ClassTraits<T>::name();
}

/// Of a class that is not registered, what a fallback leaves is what it has of a T.
template <class T>
void encode_unregistered(const Encoder& out, const T& value) {
  const std::string type = dynamic_name(typeid(value));
  if (out.fallback() == Fallback::describe) return describe_value(out.lossy(type), value);
  if constexpr (Described<T>)
    if (out.fallback() == Fallback::dictify) return encode_fields(out.lossy(type), value);
  throw_not_registered(typeid(value), pointee_name<T>());
}

/// Writes what a pointer to T points to, never null. An object of a class that derives from T is written as what it is,
/// if that class is registered as a T, and refused with unstorable if not.
template <class T>
void encode_pointee(const Encoder& out, const T& value) {
  if constexpr (std::is_polymorphic_v<T>) {
    if (typeid(value) != typeid(T)) {
      if (!encode_derived(out, typeid(T), typeid(value), &value)) encode_unregistered(out, value);
      return;
    }
  }
  if constexpr (!std::is_abstract_v<T>) encode_present(out, value);
}

/// What encode_pointee wrote. Throws type_mismatch for an object of a class that is not registered as a T.
template <class T>
std::unique_ptr<T> decode_pointee(const Decoder& in) {
  if constexpr (std::is_polymorphic_v<T>)
    if (void* derived = decode_derived(in, typeid(T), pointee_name<T>()))
      return std::unique_ptr<T>(static_cast<T*>(derived));
  if constexpr (std::is_abstract_v<T>)
    in.mismatch("an object of a class that is registered as " + pointee_name<T>());
  else
    return std::unique_ptr<T>(new T(decode_present<T>(in)));
}

/// Of a class that is registered; else null.
const PointeeClass* find_pointee_class(const Registry& registry, const std::type_info& type);
const Registry& empty_registry();

/// The class of the object itself, of which a T may be a base, if that is registered; else T.
template <class T>
const PointeeClass& class_of_object([[maybe_unused]] const T& object, [[maybe_unused]] const Registry& registry) {
  if constexpr (std::is_polymorphic_v<T>)
    if (typeid(object) != typeid(T))
      if (const PointeeClass* known = find_pointee_class(registry, typeid(object))) return *known;
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

/// An object that shared pointers hold, whatever their type.
class SharedObject {
 public:
  template <class T>
  SharedObject(const std::shared_ptr<T>& object, const Registry& registry)
      : class_(&class_of_object(*object, registry)), object_(object, place_of(*object, *class_)) {}

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
std::vector<Identity> names_of(const T& object, const Registry& registry) {
  ObjectParts found;
  const PointeeClass& found_class = class_of_object(object, registry);
  if (found_class.gather != nullptr) found_class.gather(place_of(object, found_class), found);  // changes nothing
  return std::move(found.names);
}

}  // namespace detail

/// Null, or what it points to. Classes that derive from T, a polymorphic class, are to be registered as T (see Registry).
template <class T>
struct Codec<std::unique_ptr<T>> {
  static constexpr bool kMayRefuse = std::is_polymorphic_v<T>;
  static void encode(const Encoder& out, const std::unique_ptr<T>& value) {
    if (value) detail::encode_pointee(out, *value);
  }
  static std::unique_ptr<T> decode(const Decoder& in) {
    if (in.is_null()) return nullptr;
    return detail::decode_pointee<T>(in);
  }
  static std::string type_name() { return "optional<" + detail::pointee_name<T>() + ">"; }
};

}  // namespace cairn
