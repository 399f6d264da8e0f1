// HeldLinkWalk: the links that nodes hold, best asked for in order of id.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "engine/engine.h"
#include "graph/cursors.h"
#include "graph/link_pages.h"

namespace cairn::graph {

/// Two cursors that only move forward: one on records of nodes of their own, one on stored pages.
class HeldLinkWalk {
 public:
  explicit HeldLinkWalk(const engine::View& view) : records_(view, engine::Record::links), pages_(view.indexes()) {}

  /// The packed links of the node, or empty if it holds none; they live until the next call. Throws damaged.
  std::optional<std::string_view> find(NodeId node);
  /// Fills an empty page with the links of all its nodes; false if they have more than `bytes_max` bytes. Throws damaged.
  /// Whether there is a stored page of the nodes from `first` on.
  bool has_page(NodeId first) { return move_to_page(first); }
  bool read_page(NodeId first, std::size_t bytes_max, LinkPage& page);

 private:
  bool move_to_page(NodeId first);

  RecordWalk records_;
  ForwardCursor pages_;
};

}  // namespace cairn::graph
