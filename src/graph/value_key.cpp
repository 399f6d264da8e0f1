#include "graph/value_key.h"

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <variant>

#include "base/bytes.h"
#include "graph/number_key.h"
#include "graph/number_order.h"

namespace cairn::graph::filter {
namespace {

using base::append_big_endian;

// What a key begins with. Stored.
enum class KeyType : char { null = 1, boolean, number, text, time, id, content, kind, state };

std::string key_of(KeyType type) { return std::string(1, static_cast<char>(type)); }

// ---- Texts: zero bytes as 00 ff, then 00 01 at the end of the text, or 00 02 where it is cut ----

std::string escaped(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size() + 2);
  for (const char c : text) {
    bytes.push_back(c);
    if (c == '\0') bytes.push_back('\xff');
  }
  return bytes;
}

std::string text_key(std::string_view text, std::size_t most) {
  std::string key = key_of(KeyType::text) + escaped(text.substr(0, most));
  key.push_back('\0');
  key.push_back(text.size() <= most ? '\x01' : '\x02');
  return key;
}

// ---- Other types ----

std::string time_key(Instant time) {
  std::string key = key_of(KeyType::time);
  append_big_endian(key, static_cast<std::uint64_t>(time.second.time_since_epoch().count()) ^ std::uint64_t{1} << 63);
  append_big_endian(key, static_cast<std::uint32_t>(time.rest.count()));
  return key;
}

std::string number_key_of(const Value& number) { return key_of(KeyType::number) + number_key(number); }

template <class Bytes>
std::string bytes_key(KeyType type, const Bytes& bytes) {
  return key_of(type).append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

template <class Enum>
std::string enum_key(KeyType type, Enum value) {
  return key_of(type) + static_cast<char>(value);
}

class Key {
 public:
  using Maybe = std::optional<std::string>;

  explicit Key(std::size_t text_bytes) : text_bytes_(text_bytes) {}

  Maybe operator()(std::monostate) const { return std::nullopt; }
  Maybe operator()(const Uuid& id) const { return bytes_key(KeyType::id, id.bytes); }
  Maybe operator()(const Digest& digest) const { return bytes_key(KeyType::content, digest.bytes); }
  Maybe operator()(NodeKind kind) const { return enum_key(KeyType::kind, kind); }
  Maybe operator()(NodeState state) const { return enum_key(KeyType::state, state); }
  Maybe operator()(std::string_view text) const { return text_key(text, text_bytes_); }
  Maybe operator()(std::int64_t number) const { return number_key_of(number); }
  Maybe operator()(std::uint64_t number) const { return number_key_of(number); }
  Maybe operator()(Instant time) const { return time_key(time); }

  Maybe operator()(const Value* value) const {
    if (value->is<std::monostate>()) return key_of(KeyType::null);
    if (const auto* boolean = value->get_if<bool>()) return key_of(KeyType::boolean) + static_cast<char>(*boolean ? 1 : 0);
    if (const auto* text = value->get_if<std::string>()) return text_key(*text, text_bytes_);
    if (is_number(*value)) return number_key_of(*value);
    const auto time = instant_of(*value);
    return time ? Maybe(time_key(*time)) : std::nullopt;
  }

 private:
  std::size_t text_bytes_;
};

// ---- Ranges ----

// The lowest and the highest key of what compares equal to an operand, and whether all of that key does.
struct Bounds {
  std::string low, high;
  bool is_exact;
};

Bounds bounds_of(const Value& value) {
  if (const auto* text = value.get_if<std::string>()) {
    const std::string key = text_key(*text, kTextKeyBytes);
    return {key, key, text->size() <= kTextKeyBytes};
  }
  if (!is_number(value)) {
    const std::string key = Key(kTextKeyBytes)(&value).value();
    return {key, key, true};
  }
  // Reals and decimals meet as decimals: what equals one of them may have the key of the other.
  std::string one = number_key_of(value);
  const auto other = counterpart(value);
  std::string two = other ? number_key_of(*other) : one;
  const bool is_exact = one == two && is_exact_number_key(std::string_view(one).substr(1));
  if (two < one) std::swap(one, two);
  return {std::move(one), std::move(two), is_exact};
}

KeyRange range_of(Comparison comparison, const Bounds& bounds) {
  const std::string type = bounds.low.substr(0, 1);
  switch (comparison) {
    case Comparison::equal: return {bounds.low, behind_prefix(bounds.high), bounds.low == bounds.high};
    case Comparison::less: return {type, bounds.is_exact ? bounds.high : behind_prefix(bounds.high)};
    case Comparison::less_equal: return {type, behind_prefix(bounds.high)};
    case Comparison::greater: return {bounds.is_exact ? behind_prefix(bounds.low) : bounds.low, behind_prefix(type)};
    default: return {bounds.low, behind_prefix(type)};
  }
}

KeyRange range_of_pattern(const std::string& pattern) {
  const std::size_t fixed = std::min(pattern.find_first_of("*?"), pattern.size());
  if (fixed == pattern.size()) return range_of(Comparison::equal, bounds_of(Value(pattern)));
  const std::string prefix = key_of(KeyType::text) + escaped(std::string_view(pattern).substr(0, std::min(fixed, kTextKeyBytes)));
  return {prefix, behind_prefix(prefix)};
}

}  // namespace

std::optional<std::string> value_key(const Held& held, std::size_t text_bytes) { return std::visit(Key(text_bytes), held); }

std::optional<KeyRange> keys_that_pass(Comparison comparison, const Operand& operand, Timestamp now) {
  if (comparison == Comparison::not_equal) return std::nullopt;
  if (const auto* time = std::get_if<Instant>(&operand)) return range_of(comparison, {time_key(*time), time_key(*time), true});
  if (const auto* time = std::get_if<FromNow>(&operand)) {
    const std::string key = time_key(instant_of(*time, now));
    return range_of(comparison, {key, key, true});
  }
  const auto* value = std::get_if<Value>(&operand);
  if (value == nullptr || !Key(0)(value)) return std::nullopt;
  if (comparison == Comparison::matches) {
    const auto* pattern = value->get_if<std::string>();
    return pattern == nullptr ? std::nullopt : std::optional(range_of_pattern(*pattern));
  }
  return range_of(comparison, bounds_of(*value));
}

std::string behind_prefix(std::string prefix) {
  while (prefix.back() == '\xff') prefix.pop_back();
  prefix.back() = static_cast<char>(static_cast<unsigned char>(prefix.back()) + 1);
  return prefix;
}

}  // namespace cairn::graph::filter
