// PathSearch: the paths of a PathGraph, one after the other, the shortest first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <vector>

#include "graph/path_graph.h"

namespace cairn::graph {

/// What a search may cost.
struct PathSearchLimits {
  std::uint64_t links_max = 1'000'000'000;    ///< looked at, in a graph with cycles
  std::uint64_t memory_bytes_max = 512 << 20;  ///< of the paths and of what may come next
};

/// Yen's algorithm as Lawler has it: each path that was found splits what is left into paths that leave it at one of its nodes,
/// and the best of each of these sets is a candidate for the next one. So each path costs polynomial time, however many there are.
/// In a graph without cycles the best of a set follows from the distances to the end, and only its first node is kept.
class PathSearch {
 public:
  using Number = PathGraph::Number;
  using Numbers = std::vector<Number>;

  /// The graph must outlive the search, and have a path.
  PathSearch(const PathGraph& graph, std::uint64_t length_max, std::size_t most, const PathSearchLimits& limits = {});

  /// At most `most` paths of at most `length_max` links; fewer if there are no others. To be called once. Throws limit.
  std::vector<Numbers> run();

 private:
  struct Candidate {
    std::size_t length = 0;
    std::size_t parent = 0;    // the path that it leaves
    std::size_t position = 0;  // of the last node that it shares with it
    Numbers rest;              // behind that one: all, or the first one in a graph without cycles
    // The next nodes of paths that were found and have the same beginning: so many of them, in a graph without cycles the first
    // ones of all that come next; else in order which.
    std::size_t taken_count = 0;
    Numbers taken = {};
  };
  struct Before {
    const PathSearch* search;
    bool operator()(const Candidate& a, const Candidate& b) const { return search->is_before(a, b); }
  };

  bool is_before(const Candidate& a, const Candidate& b) const;
  Number node_at(const Candidate& candidate, std::size_t position) const;
  void accept(Numbers path, const Candidate& from);
  bool find_deviation(Candidate& candidate);
  bool find_direct_deviation(Candidate& candidate);
  bool find_detour(Candidate& candidate);
  Numbers direct_way(Number node) const;
  Number nearest_around(Number node, const Numbers& taken) const;
  void measure_detours(const Candidate& candidate);
  static std::uint64_t bytes_of(const Candidate& candidate);
  void keep(Candidate candidate);
  void count_links(std::size_t links);
  void check_memory() const;

  const PathGraph& graph_;
  const std::uint64_t length_max_;
  const std::size_t most_;
  const PathSearchLimits limits_;
  std::uint64_t links_ = 0;  // looked at
  std::uint64_t bytes_ = 0;  // of paths_ and candidates_
  std::vector<Numbers> paths_;
  std::set<Candidate, Before> candidates_;
  // In a graph with cycles only:
  Adjacency previous_;
  std::vector<bool> is_shared_;  // on the beginning that is shared with the parent
  Numbers detour_;               // distance to the end around that beginning; kFar if there is no way
};

}  // namespace cairn::graph
