// The order in which new nodes are born: what a node has from its birth is older than it.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace cairn::graph {

struct BirthLink {
  std::size_t older;
  std::size_t younger;
};

struct BirthOrder {
  std::vector<std::size_t> order;  ///< all of them, oldest first; else as many as have no cycle before them
  std::vector<std::size_t> cycle;  ///< one after the other, each older than the next and the last than the first; or empty
};

/// Orders 0 to count - 1, as they stand as far as the links allow. Cost: linear, but for a logarithm.
BirthOrder order_by_birth(std::size_t count, std::span<const BirthLink> links);

}  // namespace cairn::graph
