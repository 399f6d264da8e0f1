// Registry: what a program says of its classes beyond their codecs: migrations, former names, what may stand behind a
// pointer, further codecs, and which classes data may become.
//
//   cairn::Registry registry;
//   registry.add<Simulation>().formerly("old::Simulation").migrate(1, [](cairn::Object& simulation) {
//     simulation.rename("pos", "position");
//   });
//   registry.add<Circle>().as<Shape>();
//   registry.allow({"Simulation", "shapes.*"});
//   cairn::Store store = cairn::Store::open("sim.cairn", {.registry = registry});
//
// A class that needs none of this need not be registered.
#pragma once

#include <cairn/codec/core.h>
#include <cairn/codec/described.h>
#include <cairn/codec/pointee_class.h>
#include <cairn/schema.h>
#include <cairn/value.h>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeindex>
#include <utility>
#include <vector>

namespace [[gnu::visibility("default")]] cairn {

/// Changes the fields of an object of one version of a class into those of the next.
using Migration = std::function<void(Object&)>;

/// A field of a registered class.
struct RegisteredField {
  std::string name;
  std::string type;
  std::string codec;  ///< "of its type", or "port png"
};

/// A registered class, for listings.
struct RegistryEntry {
  std::string class_name;  ///< as it is stored
  std::uint32_t class_version = 1;
  std::string cpp_type;
  std::string codec;   ///< what stores it: "described", "Codec specialisation" or "none"
  std::string reason;  ///< why that
  std::vector<std::string> former_names;
  std::vector<RegisteredField> fields;    ///< of a described class
  std::vector<std::uint32_t> migrations;  ///< versions that there is one from
  std::vector<std::string> bases;         ///< what pointers may hold it
  std::vector<std::string> codecs;        ///< further ones, for fields that name them
  bool is_allowed = true;                 ///< by the allow list
};

namespace detail {

struct RegisteredBase {
  std::type_index type;
  void (*encode)(const Encoder& out, const void* base);
  void* (*decode)(const Decoder& in);  // a new object, as a pointer to the base
};

struct RegisteredCodec {
  std::string name;
  void (*decode)(const Decoder& in, void* out);
};

struct RegisteredClass {
  std::type_index type;
  RegistryEntry entry;
  std::map<std::uint32_t, Migration> migrations;
  std::vector<RegisteredBase> bases;
  std::vector<RegisteredCodec> codecs;
  const PointeeClass* pointee;
};

template <class T>
RegistryEntry make_entry() {
  RegistryEntry entry;
  entry.class_name = ClassTraits<T>::name();
  entry.class_version = ClassTraits<T>::version;
  entry.cpp_type = boost::core::type_name<T>();
  if constexpr (!Encodes<T>) {
    entry.codec = "none";
    entry.reason = "it is not described and has no cairn::Codec: only ports and named codecs store it";
  } else if constexpr (requires { Codec<T>::kDescribed; }) {
    entry.codec = "described";
    entry.reason = "it is described with Boost.Describe and has no cairn::Codec of its own";
  } else {
    entry.codec = "Codec specialisation";
    entry.reason = Described<T> ? "cairn::Codec is specialised for it, which goes before its description"
                                : "cairn::Codec is specialised for it";
  }
  if constexpr (requires { Codec<T>::kDescribed; })
    for (const Schema::Field& field : schema_of<T>().fields)
      entry.fields.push_back({field.name, field.type, field.codec.empty() ? "of its type" : "port " + field.codec});
  return entry;
}

}  // namespace detail

template <class T>
class Registration;

/// A value: build it, and hand it to the store in OpenOptions, which keeps a copy. Classes are listed and looked at in
/// the order in which they were added. Building it is not thread-safe; a const one is.
class Registry {
 public:
  /// Adds a class. Throws exists if the type is there already, or another type with the same stored name or former name.
  /// What is returned refers to this registry and is valid until that is moved or gone.
  template <class T>
  Registration<T> add();

  /// From the first call on, only classes that some pattern matches may be decoded into the program's types: described
  /// classes, and others that are registered, at any depth; the rest is refused with not_allowed, and can be read as a
  /// Value. A pattern is a class name, or a glob with *, ? and [...] that matches the whole of one, `::` included; the name
  /// that counts is the one the program has for the class. Several calls add up. Throws invalid_argument for an empty one.
  void allow(const std::vector<std::string>& patterns);
  bool limits_classes() const { return limits_classes_; }
  bool allows(std::string_view class_name) const;

  /// Throws invalid_argument if the migrations of a class have a gap. Opening a store calls it.
  void check() const;

  std::vector<RegistryEntry> entries() const;
  const std::vector<std::string>& allowed() const { return patterns_; }

  // For codecs.
  const detail::RegisteredClass* find(std::type_index type) const;
  const detail::RegisteredClass* find(std::string_view stored_name) const;  // or a former one

 private:
  template <class T>
  friend class Registration;
  std::size_t add_class(detail::RegisteredClass added);
  void add_former_name(std::size_t index, std::string_view name);
  void add_migration(std::size_t index, std::uint32_t from_version, Migration migration);
  void add_base(std::size_t index, const detail::RegisteredBase& base, std::string name);
  void add_codec(std::size_t index, detail::RegisteredCodec codec);
  void require_new_name(std::string_view name, std::string_view cpp_type) const;

  std::vector<detail::RegisteredClass> classes_;
  std::map<std::type_index, std::size_t> by_type_;
  std::map<std::string, std::size_t, std::less<>> by_name_;
  std::vector<std::string> patterns_;
  bool limits_classes_ = false;
};

/// What can be said of a class that was added.
template <class T>
class Registration {
 public:
  /// How an object of `from_version` becomes one of the next version; several are composed. It works on plain data, large
  /// arrays included. Throws invalid_argument for version 0, one that is not below that of the class, or an empty function;
  /// exists if there is one from it already.
  Registration& migrate(std::uint32_t from_version, Migration migration) {
    registry_->add_migration(index_, from_version, std::move(migration));
    return *this;
  }

  /// Data of a class with this name is of this class. Throws exists if the name belongs to a class already.
  Registration& formerly(std::string_view name) {
    registry_->add_former_name(index_, name);
    return *this;
  }

  /// Pointers to Base may hold a T. Throws exists if that was said already.
  template <class Base>
  Registration& as() {
    static_assert(std::derived_from<T, Base> && !std::same_as<T, Base>, "a class is held by pointers to its bases");
    static_assert(std::is_polymorphic_v<Base> && std::has_virtual_destructor_v<Base>,
                  "a base that pointers hold has a virtual destructor");
    static_assert(requires { Codec<T>::kDescribed; } && std::is_default_constructible_v<T>,
                  "the class of what a pointer holds is stored by name: describe it, with a default constructor");
    const detail::RegisteredBase base{
        typeid(Base),
        [](const Encoder& out, const void* held) {
          cairn::encode(out, dynamic_cast<const T&>(*static_cast<const Base*>(held)));
        },
        [](const Decoder& in) -> void* { return static_cast<Base*>(new T(cairn::decode<T>(in))); }};
    registry_->add_base(index_, base, boost::core::type_name<Base>());
    return *this;
  }

  /// Fields of type T that were stored with a codec of this name (see Port) are read by C::decode. Throws exists if there
  /// is one of that name, invalid_argument for an empty one.
  template <class C>
  Registration& codec(std::string_view name) {
    registry_->add_codec(index_, {std::string(name), [](const Decoder& in, void* out) {
                                    *static_cast<T*>(out) = C::decode(in);
                                  }});
    return *this;
  }

 private:
  friend class Registry;
  Registration(Registry& registry, std::size_t index) : registry_(&registry), index_(index) {}

  Registry* registry_;
  std::size_t index_;
};

template <class T>
Registration<T> Registry::add() {
  static_assert(std::same_as<T, std::remove_cvref_t<T>>, "a class is registered without const and references");
  return {*this, add_class({typeid(T), detail::make_entry<T>(), {}, {}, {}, &detail::class_of<T>()})};
}

}  // namespace cairn
