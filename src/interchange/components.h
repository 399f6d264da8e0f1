// Strongly connected components of a graph of numbers.
#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace cairn::interchange {

/// The number of the component of each of `count` vertices: two are equal if each is reached from the other along the arrows.
/// Cost: one walk, without recursion. Source: Tarjan, Depth-first search and linear graph algorithms (1972).
std::vector<std::size_t> strong_components(std::size_t count, std::span<const std::pair<std::size_t, std::size_t>> arrows);

}  // namespace cairn::interchange
