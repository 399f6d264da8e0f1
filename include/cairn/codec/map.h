// Codecs of maps and sets. What is stored is sorted by key, so equal ones have equal bytes, hashed or not.
#pragma once

#include <cairn/codec/core.h>
#include <cairn/codec/sequence.h>

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace [[gnu::visibility("default")]] cairn {

namespace detail {

// Types whose operator< orders them as their stored forms are ordered; strings only among those that are text.
template <class T>
inline constexpr bool kNaturalOrder =
    std::same_as<T, std::string> || (std::integral<T> && !std::same_as<T, char> && sizeof(T) <= 8);

/// False if the key is stored as bytes, which come after all text.
inline bool keeps_natural_order(const std::string& key) { return is_text(key); }
template <std::integral T>
constexpr bool keeps_natural_order(T) {
  return true;
}

template <class Compare, class Key>
inline constexpr bool kSortedNaturally =
    kNaturalOrder<Key> && (std::same_as<Compare, std::less<Key>> || std::same_as<Compare, std::less<>>);

/// Pointers to the entries of `range`, sorted as their keys are when stored.
template <class Range, class KeyOf>
auto canonical_order(const Range& range, KeyOf key_of) {
  using Entry = typename Range::value_type;
  using Key = std::remove_cvref_t<std::invoke_result_t<KeyOf, const Entry&>>;
  std::vector<const Entry*> order;
  order.reserve(range.size());
  if constexpr (kNaturalOrder<Key>) {
    for (const Entry& entry : range) order.push_back(&entry);
    std::sort(order.begin(), order.end(), [&](auto* a, auto* b) { return key_of(*a) < key_of(*b); });
    std::stable_partition(order.begin(), order.end(), [&](auto* entry) { return keeps_natural_order(key_of(*entry)); });
  } else {
    std::vector<std::pair<Value, const Entry*>> keyed;
    keyed.reserve(range.size());
    for (const Entry& entry : range) keyed.emplace_back(to_value(encodable(key_of(entry))), &entry);
    std::sort(keyed.begin(), keyed.end(), [](auto& a, auto& b) { return a.first < b.first; });
    for (const auto& [key, entry] : keyed) order.push_back(entry);
  }
  return order;
}

/// As rethrow_at_index, with the key itself where it is text.
[[noreturn]] void rethrow_at_key(const Decoder& key, std::size_t index);

template <class Key, class Mapped>
void encode_entry(MapEncoder& out, const Key& key, const Mapped& mapped, std::size_t index) {
  try {
    cairn::encode(out.key(), key);
    cairn::encode(out.value(), mapped);
  } catch (const Error&) {
    if constexpr (std::same_as<Key, std::string>)
      rethrow_at_field(key);
    else
      rethrow_at_index(index);
  }
}

template <class Range, class KeyOf>
bool is_sorted_naturally(const Range& range, KeyOf key_of) {
  return std::all_of(range.begin(), range.end(), [&](auto& entry) { return keeps_natural_order(key_of(entry)); });
}

template <class Map>
Map decode_map(const Decoder& in) {
  using Key = typename Map::key_type;
  using Mapped = typename Map::mapped_type;
  const MapDecoder entries = in.map();
  Map map;
  std::size_t index = 0;
  try {
    for (; index < entries.size(); ++index) {
      auto key = cairn::decode<Key>(entries.key(index));
      if (!map.emplace(std::move(key), cairn::decode<Mapped>(entries.value(index))).second)
        throw Error(ErrorCode::type_mismatch, "expected distinct keys, found an equal one before");
    }
  } catch (const Error&) {
    rethrow_at_key(entries.key(index), index);
  }
  return map;
}

template <class Set>
Set decode_set(const Decoder& in) {
  using T = typename Set::value_type;
  Set set;
  decode_elements<T>(in.kind() == ValueKind::list ? in.list() : in.set(), [&](T&& element) {
    if (!set.insert(std::move(element)).second)
      throw Error(ErrorCode::type_mismatch, "expected distinct elements, found an equal one before");
  });
  return set;
}

template <class Range, class KeyOf>
void encode_map_sorted(const Encoder& out, const Range& range, KeyOf key_of) {
  MapEncoder entries = out.map(range.size());
  std::size_t index = 0;
  for (const auto* entry : canonical_order(range, key_of)) encode_entry(entries, entry->first, entry->second, index++);
}

/// `element` gives what is to be written for each step through `at`.
template <class Iterator, class Element>
void encode_set(const Encoder& out, std::size_t size, Iterator at, Element element) {
  out.set(size, [&](std::size_t index, const Encoder& place) {
    try {
      cairn::encode(place, element(*at++));
    } catch (const Error&) {
      rethrow_at_index(index);
    }
  });
}

template <class Range>
void encode_set_sorted(const Encoder& out, const Range& range) {
  const auto order = canonical_order(range, std::identity{});
  encode_set(out, order.size(), order.begin(), [](auto* element) -> const auto& { return *element; });
}

inline constexpr auto kFirst = [](const auto& entry) -> const auto& { return entry.first; };

template <class Key, class Mapped>
std::string map_type_name() {
  return "map<" + cairn::type_name<Key>() + ", " + cairn::type_name<Mapped>() + ">";
}

template <class T>
std::string set_type_name() {
  return "set<" + cairn::type_name<T>() + ">";
}

}  // namespace detail

template <class Key, class Mapped, class Compare, class Allocator>
struct Codec<std::map<Key, Mapped, Compare, Allocator>> {
  static constexpr bool kNeverNull = true;
  using Map = std::map<Key, Mapped, Compare, Allocator>;
  static void encode(const Encoder& out, const Map& value) {
    if constexpr (detail::kSortedNaturally<Compare, Key>) {
      if (detail::is_sorted_naturally(value, detail::kFirst)) {
        MapEncoder entries = out.map(value.size());
        std::size_t index = 0;
        for (const auto& [key, mapped] : value) detail::encode_entry(entries, key, mapped, index++);
        return;
      }
    }
    detail::encode_map_sorted(out, value, detail::kFirst);
  }
  static Map decode(const Decoder& in) { return detail::decode_map<Map>(in); }
  static std::string type_name() { return detail::map_type_name<Key, Mapped>(); }
};

template <class Key, class Mapped, class Hash, class Equal, class Allocator>
struct Codec<std::unordered_map<Key, Mapped, Hash, Equal, Allocator>> {
  static constexpr bool kNeverNull = true;
  using Map = std::unordered_map<Key, Mapped, Hash, Equal, Allocator>;
  static void encode(const Encoder& out, const Map& value) { detail::encode_map_sorted(out, value, detail::kFirst); }
  static Map decode(const Decoder& in) { return detail::decode_map<Map>(in); }
  static std::string type_name() { return detail::map_type_name<Key, Mapped>(); }
};

/// A set; loading takes a list, too.
template <class T, class Compare, class Allocator>
struct Codec<std::set<T, Compare, Allocator>> {
  static constexpr bool kNeverNull = true;
  using Set = std::set<T, Compare, Allocator>;
  static void encode(const Encoder& out, const Set& value) {
    if constexpr (detail::kSortedNaturally<Compare, T>) {
      if (detail::is_sorted_naturally(value, std::identity{}))
        return detail::encode_set(out, value.size(), value.begin(), std::identity{});
    }
    detail::encode_set_sorted(out, value);
  }
  static Set decode(const Decoder& in) { return detail::decode_set<Set>(in); }
  static std::string type_name() { return detail::set_type_name<T>(); }
};

/// A set; loading takes a list, too.
template <class T, class Hash, class Equal, class Allocator>
struct Codec<std::unordered_set<T, Hash, Equal, Allocator>> {
  static constexpr bool kNeverNull = true;
  using Set = std::unordered_set<T, Hash, Equal, Allocator>;
  static void encode(const Encoder& out, const Set& value) { detail::encode_set_sorted(out, value); }
  static Set decode(const Decoder& in) { return detail::decode_set<Set>(in); }
  static std::string type_name() { return detail::set_type_name<T>(); }
};

}  // namespace cairn
