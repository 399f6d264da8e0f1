// Codec of shared pointers. Two pointers to one object load as two pointers to one object, however many classes, lists and
// maps are between them; equal objects that were two stay two.
//
// - One object is one address with one type, const or not: the type of the pointer, or for polymorphic classes that of the
//   object, so that pointers to its bases are to the same object.
// - A pointer to a part of another object (of the aliasing constructor) keeps its identity among those to the same part,
//   yet the part loads as an object of its own: it is no longer a part of what is stored around it.
// - An object that contains itself is refused: cycles go through links (see link.h).
// - A chain of pointers is as deep as each of its objects is in the one before, and one more for each pointer (see Limits).
// - std::weak_ptr has no codec, so that a program with one does not compile: what it points to need not be stored
//   anywhere, and it is there to break cycles, for which there are links.
#pragma once

#include <cairn/codec/pointee.h>

#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <typeinfo>
#include <vector>

namespace [[gnu::visibility("default")]] cairn {

namespace detail {

/// Throws unstorable if an object of the same name was written before. `place` is that of the object they are of.
void claim_names(const Encoder& place, std::span<const Identity> names);

/// The reading of one shared value, or of a value that a pointer is to hold alone.
class SharedReading {
 public:
  /// Throws damaged if it is being read already, so that it contains itself.
  explicit SharedReading(const Decoder& in);
  ~SharedReading();
  SharedReading(const SharedReading&) = delete;
  SharedReading& operator=(const SharedReading&) = delete;

  /// What it has been loaded as before.
  std::span<const SharedObject> known() const;
  Decoder content() const;
  void add(SharedObject object);

 private:
  Decoder in_;
  bool is_shared_;
};

[[noreturn]] void throw_two_classes(const std::type_info& expected, const SharedObject& found);

}  // namespace detail

template <class T>
  requires(!std::is_array_v<T> && !std::is_void_v<T>)
struct Codec<std::shared_ptr<T>> {
  using Object = std::remove_cv_t<T>;
  static constexpr bool kMayRefuse = std::is_polymorphic_v<Object>;

  static void encode(const Encoder& out, const std::shared_ptr<T>& value) {
    if (!value) return out.null();
    const Object& object = *value;
    out.shared({value, detail::address_of_object(object)}, typeid(object), [&](const Encoder& place) {
      detail::claim_names(place, detail::names_of(object, place.registry()));
      detail::encode_pointee(place, object);
    });
  }
  /// Takes a value that is not shared, too, for a pointer of its own.
  static std::shared_ptr<T> decode(const Decoder& in) {
    if (in.is_null()) return nullptr;
    detail::SharedReading reading(in);
    for (const detail::SharedObject& known : reading.known()) {
      if (auto object = known.as<Object>()) return object;
      if (std::is_polymorphic_v<Object>) detail::throw_two_classes(typeid(Object), known);
    }
    std::shared_ptr<Object> object = detail::decode_pointee<Object>(reading.content());
    reading.add(detail::SharedObject(object, in.registry()));
    return object;
  }
  static std::string type_name() { return "shared<" + detail::pointee_name<Object>() + ">"; }
};

}  // namespace cairn
