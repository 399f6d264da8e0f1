// NodePaths: by which nodes and links one node leads to another.
#pragma once

#include <cairn/lineage.h>
#include <cairn/node.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace [[gnu::visibility("default")]] cairn {

struct NodePathOptions {
  Direction direction = Direction::down;  ///< from the first node to the last one
  LinkTypes links = {LinkType::input, LinkType::create};
  std::uint64_t length_max = UINT64_MAX;  ///< links
  std::size_t most = 100;                 ///< paths that Store::paths gives; Store::find_path gives one
  std::uint64_t nodes_max = 10'000'000;   ///< seen from either end, or on all paths in all; more throws limit
  Filter within = {};                     ///< the nodes between the two pass it
  std::optional<Timestamp> now = {};      ///< what the filter calls now; else the clock's
};

/// A way from one node to another that comes to no node twice.
struct NodePath {
  std::vector<Node> nodes;  ///< in order, both ends among them; one alone if the ends are the same
  std::vector<Link> links;  ///< from each to the next; where there are several, the first by type, then label
};

struct NodePaths {
  std::vector<NodePath> paths;  ///< shortest first; those of one length by the age of their first node that differs
  bool more = false;        ///< there are others, as long as the last one or longer
};

}  // namespace cairn
