// What the acknowledging writer puts into a store, so that others can tell whether it is there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "support/rows.h"

namespace cairn::test {

using Numbers = std::vector<std::int64_t>;

/// Incompressible numbers that depend on `seed` and `count` alone.
inline Numbers numbers(std::int64_t seed, std::size_t count) {
  Numbers made(count);
  const auto bytes = noise(static_cast<std::uint64_t>(seed), count * sizeof(std::int64_t));
  std::memcpy(made.data(), bytes.data(), bytes.size());
  return made;
}

/// Sizes of states and results: beside the records, in a pack, and in several segments of one.
inline constexpr std::size_t kSmall = 350, kLarge = 60'000, kHuge = 700'000;

/// How many numbers the state of a step has, where that is all that is known of it.
inline std::size_t work_count(std::int64_t step) { return step % 40 == 0 ? kHuge : step % 5 == 0 ? kLarge : kSmall; }

/// Small objects, too many in all to stand beside the records.
inline std::vector<Numbers> batch(std::int64_t seed) {
  std::vector<Numbers> objects;
  for (std::int64_t i = 0; i < 400; ++i) objects.push_back(numbers(seed * 1000 + i, kSmall));
  return objects;
}

inline constexpr std::string_view kLoading = "load-graph";  // what errors of loads say they were doing
inline constexpr std::string_view kWorkRun = "work";
inline constexpr std::string_view kWorkState = "state";
inline constexpr std::string_view kWorkFile = "file";

}  // namespace cairn::test
