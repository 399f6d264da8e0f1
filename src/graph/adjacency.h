// Adjacency: some nodes and the links among them, in memory.
#pragma once

#include <cairn/lineage.h>

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "engine/engine.h"
#include "graph/reader.h"

namespace cairn::graph {

/// Which of some nodes lead to which. A node goes by its number: its place among all of them in order of id. Memory: 8 bytes a
/// node, 4 for each that it leads to.
class Adjacency {
 public:
  using Number = std::uint32_t;

  Adjacency() = default;
  std::size_t size() const { return ends_.size() - 1; }
  std::span<const Number> of(Number node) const {
    return std::span(targets_).subspan(ends_[node], ends_[node + 1] - ends_[node]);
  }
  std::span<Number> of(Number node) { return std::span(targets_).subspan(ends_[node], ends_[node + 1] - ends_[node]); }

  /// The next node; each of its targets once.
  void add(std::vector<Number>& targets);
  Adjacency reversed() const;

 private:
  std::vector<std::uint64_t> ends_ = {0};
  std::vector<Number> targets_;
};

/// Links of these types among `ids`, which ascend. Throws limit for 2^32 nodes or more. Cost: all links of these nodes are read.
Adjacency read_adjacency(const engine::View& view, std::span<const NodeId> ids, Direction direction, LinkTypes types);

/// For each node the number of its strongly connected component: nodes that lead to each other have the same one. A component
/// has a higher number than all that it leads to.
std::vector<Adjacency::Number> strong_components(const Adjacency& graph);

}  // namespace cairn::graph
