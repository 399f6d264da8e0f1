// Keys of values, whose bytes are in the order of filters: what indexes of attributes, and listings, are sorted by.
// Layout: schema/FORMAT.md, "Keys of values".
#pragma once

#include <cairn/filter.h>

#include <cstddef>
#include <optional>
#include <string>

#include "graph/filter_order.h"

namespace cairn::graph::filter {

/// Bytes of a text that are in the keys of indexes; further ones are cut off.
inline constexpr std::size_t kTextKeyBytes = 128;

/// The key of a value: null, booleans, numbers, texts, times in this order, and within a type in the order of filters. Numbers
/// of any type stand by their exact value, of which the first 40 decimal digits are in the key, NaN behind all others; texts by
/// their first `text_bytes` bytes. No key begins another one. Values of one key compare equal, unless what is cut off differs.
/// Empty for what filters do not compare: lists, maps, dates and times without an offset and the like.
std::optional<std::string> value_key(const Held& held, std::size_t text_bytes = kTextKeyBytes);

/// Keys from `begin` up to `end`, which is not among them.
struct KeyRange {
  std::string begin;
  std::string end;
  bool is_one_key = false;

  friend bool operator==(const KeyRange&, const KeyRange&) = default;
};

/// Where the keys of all values are of which the test is true: there may be others among them. Empty if nothing is known of
/// them.
std::optional<KeyRange> keys_that_pass(Comparison comparison, const Operand& operand, Timestamp now);

/// Behind all keys that begin so. `prefix` is not of bytes 0xff alone.
std::string behind_prefix(std::string prefix);

}  // namespace cairn::graph::filter
