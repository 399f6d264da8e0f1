// How two stored values differ, place by place.
#pragma once

#include <cairn/change.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace [[gnu::visibility("default")]] cairn {

struct DifferenceOptions {
  /// At most so many findings are kept, those inside of others included; the rest are counted.
  std::size_t changes_max = 1000;
};

/// How two arrays of one element type and shape differ; floats are equal if their bits are.
struct ArrayChange {
  std::uint64_t element_count = 0;
  std::uint64_t differing_count = 0;
  std::uint64_t first = 0, last = 0;  ///< of the elements that differ, as numbers in C order

  friend bool operator==(const ArrayChange&, const ArrayChange&) = default;
};

/// One place in which two values differ.
struct ValueChange {
  ChangeKind kind = ChangeKind::changed;
  /// As in part.h; empty for the values themselves. A key of a map that is no text stands in braces, as in text.h. Elements of
  /// lists that were inserted or removed are found as such; what is behind them has the number it has in the second value.
  std::string path;
  std::string before, after;         ///< on one line, as in text.h, and abbreviated; empty where there is nothing
  std::optional<ArrayChange> array;  ///< of two arrays that are alike; `before` and `after` are the first elements that differ

  friend bool operator==(const ValueChange&, const ValueChange&) = default;
};

/// Empty exactly if the two are equal.
struct ValueDifference {
  std::vector<ValueChange> changes;  ///< in the order of the values
  std::uint64_t change_count = 0;    ///< of all, whether or not they were kept

  bool empty() const { return change_count == 0; }
};

/// "cutoff: 30 -> 40", "box[2]: added 1.5", "velocity: 3 of 1000 elements differ, [17] to [940], the first 0.5 -> 0.25".
/// Fit for a terminal.
std::string to_text(const ValueChange& change);

}  // namespace cairn
