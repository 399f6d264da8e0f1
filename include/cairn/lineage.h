// Walks over the provenance graph: which links are followed, through which nodes, and what they reached.
#pragma once

#include <cairn/filter.h>
#include <cairn/node.h>

#include <cstdint>
#include <optional>
#include <vector>

namespace [[gnu::visibility("default")]] cairn {

enum class Direction : std::uint8_t {
  up,    ///< against the arrows: what it came from
  down,  ///< along the arrows: what came of it
  both,  ///< along and against them: all that it is connected with
};

/// Which links a traversal follows, and through which nodes. Cost of a filter: a read for each node it judges; of none, nothing.
struct TraversalOptions {
  /// Input and create links are the data provenance, which has no cycles.
  LinkTypes links = {LinkType::input, LinkType::create};
  std::uint64_t depth_max = UINT64_MAX;  ///< links from the start
  std::uint64_t nodes_max = 10'000'000;  ///< reached, or not let in by `within`; more throws limit
  Filter within = {};                    ///< a node that does not pass is not reached; the starts always are
  Filter stop_at = {};                   ///< a node that passes is reached, but not gone beyond; the starts always are
  std::optional<Timestamp> now = {};     ///< what the filters call now; else the clock's
};

/// A node that a traversal reached, and how many links away at least.
struct Reached {
  Node node;
  std::uint64_t depth = 0;
};

/// What a traversal walked: nodes by depth then age, and every link between them that it followed.
struct Lineage {
  std::vector<Reached> nodes;  ///< the start first, at depth 0
  std::vector<Link> links;     ///< each once
};

/// An ancestor, or descendant, that several nodes have in common. A node counts as one of its own.
struct CommonNode {
  Node node;
  std::uint64_t depth = 0;  ///< links from the one of them that is farthest away from it
  /// No other common node leads to it over common nodes. Of those on one cycle of references, each is if one is.
  bool nearest = false;
};

}  // namespace cairn
