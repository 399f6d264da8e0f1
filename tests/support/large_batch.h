// Batches of so many objects that each is committed as tables.
#pragma once

#include <boost/describe/class.hpp>
#include <boost/describe/operators.hpp>

#include <cstdint>
#include <vector>

#include "engine/table_commit.h"

namespace cairn::test {

using boost::describe::operators::operator==;

struct Reading {
  std::int64_t batch = 0, number = 0;
};
BOOST_DESCRIBE_STRUCT(Reading, (), (batch, number))

inline constexpr std::int64_t kLargeBatch = static_cast<std::int64_t>(engine::kTableRowsLeast) + 100;

/// The same objects for the same number, none of which is in another batch.
inline std::vector<Reading> large_batch(std::int64_t number) {
  std::vector<Reading> objects;
  for (std::int64_t i = 0; i < kLargeBatch; ++i) objects.push_back({number, i});
  return objects;
}

}  // namespace cairn::test
