// Links: references between objects of one graph by unique id, as GEMD has them. Cycles go through links.
//
//   struct Process;
//   struct Ingredient {
//     UniqueId id;
//     LinkTo<Process> process;                       // the writable side
//   };
//   struct Process {
//     UniqueId id;
//     BackLinks<&Ingredient::process> ingredients;   // rebuilt when loading
//   };
//   struct Cake {
//     std::vector<std::shared_ptr<Process>> processes;
//     std::vector<std::shared_ptr<Ingredient>> ingredients;
//   };
//
// all of them described. Links take part in what is saved and loaded in one call: their targets are objects that shared
// pointers hold, somewhere in it. Two such objects of one unique id are refused, when saving (unstorable) and loading
// (damaged). Scopes are compared without regard to the case of ASCII letters, as in GEMD; ids are compared exactly.
// Links are found in members of objects that shared pointers hold, alone or in a std::vector, and not deeper inside of
// them.
#pragma once

#include <cairn/codec/shared.h>

#include <concepts>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace [[gnu::visibility("default")]] cairn {

/// A name of the object that it is a described member of, unique in its scope. An object may have several, as members or
/// in a std::vector or std::optional. One without an id is no name.
struct UniqueId {
  std::string scope;
  std::string id;

  friend bool operator==(const UniqueId&, const UniqueId&) = default;
};

namespace detail {

/// What a link shares with its copies, so that it can be resolved wherever they have been moved to.
class LinkCell {
 public:
  explicit LinkCell(Identity stored) : name(std::move(stored)) {}
  virtual ~LinkCell() = default;
  /// False if the object is none that the link can refer to.
  virtual bool resolve(const SharedObject& object) = 0;

  const Identity name;  // as it was loaded; of no id if it was not
};

/// Has the link resolved when the object that `in` is in has been read.
void resolve_later(const Decoder& in, std::shared_ptr<LinkCell> link);
/// Which of its target's names a link is stored by: `loaded` if it is one of them. Of no id if there is none.
Identity choose_name(const std::vector<Identity>& names, const Identity& loaded);
[[noreturn]] void throw_nameless(bool is_gone);

}  // namespace detail

/// A reference to another object of the same graph, by one of its unique ids. Does not own it, and does not have it
/// stored: something else in the graph has to hold it. T may be incomplete where the link is declared.
template <class T>
class LinkTo {
 public:
  LinkTo() = default;
  LinkTo(std::nullptr_t) {}
  template <class U>
    requires std::convertible_to<U*, T*>
  LinkTo(const std::shared_ptr<U>& target) : cell_(target ? std::make_shared<Cell>(Identity{}, target) : nullptr) {}
  /// Refers to what will have that name when it has been saved and loaded.
  explicit LinkTo(Identity name) : cell_(std::make_shared<Cell>(std::move(name), nullptr)) {}

  /// True if it refers to nothing, not even by name.
  bool empty() const { return cell_ == nullptr; }
  /// True if its target is at hand.
  bool resolved() const { return cell_ != nullptr && !cell_->target.expired(); }
  /// The target; null if it is not at hand.
  std::shared_ptr<T> lock() const { return cell_ ? cell_->target.lock() : nullptr; }
  /// What it is stored as: a unique id of its target, if that is at hand, else the name it was loaded with. Throws
  /// unstorable if there is none. `registry` knows of classes that derive from T and have unique ids of their own.
  Identity name(const Registry& registry = detail::empty_registry()) const {
    Identity found = find_name(registry);
    if (cell_ && found.id.empty()) detail::throw_nameless(!resolved());
    return found;
  }

  /// True for links to one object, and to objects that would be stored by the same name.
  friend bool operator==(const LinkTo& a, const LinkTo& b) {
    if (!a.cell_ || !b.cell_ || a.cell_ == b.cell_) return a.cell_ == b.cell_;
    if (a.resolved() && a.lock() == b.lock()) return true;
    const Identity name = a.find_name(detail::empty_registry());
    return !name.id.empty() && name == b.find_name(detail::empty_registry());
  }

 private:
  friend Codec<LinkTo>;
  template <class>
  friend struct detail::MemberParts;

  struct Cell final : detail::LinkCell {
    Cell(Identity stored, const std::shared_ptr<T>& object) : LinkCell(std::move(stored)), target(object) {}
    bool resolve(const detail::SharedObject& object) override {
      const std::shared_ptr<T> found = object.as<T>();
      target = found;
      return found != nullptr;
    }

    std::weak_ptr<T> target;
  };

  // Of no id if there is none.
  Identity find_name(const Registry& registry) const {
    if (!cell_) return {};
    const std::shared_ptr<T> target = cell_->target.lock();
    return target ? detail::choose_name(detail::names_of(*target, registry), cell_->name) : cell_->name;
  }

  std::shared_ptr<Cell> cell_;
};

namespace detail {

template <class Member>
struct LinkMember;
template <class T, class OwnerClass>
struct LinkMember<LinkTo<T> OwnerClass::*> {
  using Owner = OwnerClass;
};
template <class T, class OwnerClass>
struct LinkMember<std::vector<LinkTo<T>> OwnerClass::*> {
  using Owner = OwnerClass;
};

}  // namespace detail

/// The objects whose links by the member `Link` refer to the object that this is a described member of. Not stored, and
/// no field of its class: loading rebuilds it from the links, in the order in which the objects that have them are
/// stored. Setting a link does not change it.
template <auto Link>
class BackLinks {
 public:
  using Owner = typename detail::LinkMember<std::remove_cv_t<decltype(Link)>>::Owner;

  class Iterator {
   public:
    using value_type = std::shared_ptr<Owner>;
    using difference_type = std::ptrdiff_t;

    Iterator() = default;
    explicit Iterator(const std::weak_ptr<Owner>* at) : at_(at) {}
    value_type operator*() const { return at_->lock(); }
    Iterator& operator++() {
      ++at_;
      return *this;
    }
    Iterator operator++(int) { return Iterator(at_++); }
    friend bool operator==(const Iterator&, const Iterator&) = default;

   private:
    const std::weak_ptr<Owner>* at_ = nullptr;
  };

  std::size_t size() const { return owners_.size(); }
  bool empty() const { return owners_.empty(); }
  /// Null for an object that is gone, here and where it is iterated over.
  std::shared_ptr<Owner> operator[](std::size_t index) const { return owners_[index].lock(); }
  Iterator begin() const { return Iterator(owners_.data()); }
  Iterator end() const { return Iterator(owners_.data() + owners_.size()); }

  /// Always: it follows from the links.
  friend bool operator==(const BackLinks&, const BackLinks&) { return true; }

 private:
  template <class>
  friend struct detail::MemberParts;

  std::vector<std::weak_ptr<Owner>> owners_;
};

namespace detail {

template <auto Link>
inline constexpr bool kRebuilt<BackLinks<Link>> = true;

template <>
struct MemberParts<UniqueId> {
  static constexpr bool kAny = true;
  template <auto Member>
  static void gather(const UniqueId& name, ObjectParts& parts) {
    if (!name.id.empty()) parts.names.push_back({name.scope, name.id});
  }
};
template <>
struct MemberParts<std::optional<UniqueId>> {
  static constexpr bool kAny = true;
  template <auto Member>
  static void gather(const std::optional<UniqueId>& name, ObjectParts& parts) {
    if (name) MemberParts<UniqueId>::gather<Member>(*name, parts);
  }
};
template <>
struct MemberParts<std::vector<UniqueId>> {
  static constexpr bool kAny = true;
  template <auto Member>
  static void gather(const std::vector<UniqueId>& names, ObjectParts& parts) {
    for (const UniqueId& name : names) MemberParts<UniqueId>::gather<Member>(name, parts);
  }
};

template <class T>
struct MemberParts<LinkTo<T>> {
  static constexpr bool kAny = true;
  template <auto Member>
  static void gather(const LinkTo<T>& link, ObjectParts& parts) {
    if (link.cell_) parts.links.push_back({typeid(MemberTag<Member>), link.cell_});
  }
};
template <class T>
struct MemberParts<std::vector<LinkTo<T>>> {
  static constexpr bool kAny = true;
  template <auto Member>
  static void gather(const std::vector<LinkTo<T>>& links, ObjectParts& parts) {
    for (const LinkTo<T>& link : links) MemberParts<LinkTo<T>>::template gather<Member>(link, parts);
  }
};

template <auto Link>
struct MemberParts<BackLinks<Link>> {
  static constexpr bool kAny = true;
  template <auto>
  static void gather(BackLinks<Link>& back_links, ObjectParts& parts) {
    parts.back_links.push_back({typeid(MemberTag<Link>), &back_links, [](void* place, const SharedObject& owner) {
                                  using Links = BackLinks<Link>;
                                  static_cast<Links*>(place)->owners_.push_back(owner.as<typename Links::Owner>());
                                }});
  }
};

}  // namespace detail

template <>
struct Codec<UniqueId> {
  static constexpr bool kNeverNull = true;
  static void encode(const Encoder& out, const UniqueId& value) { out.identity({value.scope, value.id}); }
  static UniqueId decode(const Decoder& in) {
    Identity stored = in.identity();
    return {std::move(stored.scope), std::move(stored.id)};
  }
  static std::string type_name() { return "unique id"; }
};

template <class T>
struct Codec<LinkTo<T>> {
  static void encode(const Encoder& out, const LinkTo<T>& value) {
    if (!value.empty()) out.identity(value.name(out.registry()));
  }
  static LinkTo<T> decode(const Decoder& in) {
    if (in.is_null()) return {};
    const LinkTo<T> link(in.identity());
    detail::resolve_later(in, link.cell_);
    return link;
  }
  static std::string type_name() { return "link<" + detail::pointee_name<T>() + ">"; }
};

}  // namespace cairn
