// NodeGate: whether a traversal may come to a node, and go beyond it.
#pragma once

#include <cairn/filter.h>

#include <cstdint>
#include <span>
#include <vector>

#include "graph/cursors.h"
#include "graph/node_scan.h"
#include "graph/stored_subject.h"

namespace cairn::graph {

enum class Passage : std::uint8_t {
  refused,
  stops,  ///< reached, not gone beyond
  goes_on,
};

/// Judges nodes by TraversalOptions::within and stop_at. Not thread-safe.
class NodeGate {
 public:
  /// `view` and `lookups` must outlive the gate.
  NodeGate(const engine::View& view, const NodeLookups& lookups, const Filter& within, const Filter& stop_at, Timestamp now)
      : within_(within), stop_at_(stop_at), now_(now), records_(view, engine::Record::node), subject_(view, lookups) {}

  /// These are not judged, but gone through.
  void let_through(std::span<const NodeId> ids) { let_through_.assign(ids.begin(), ids.end()); }
  /// Throws not_found if there is no such node. Cost: a read; in order of id, a step of a cursor.
  Passage judge(NodeId id);

 private:
  const Filter within_;
  const Filter stop_at_;
  const bool asks_within_ = within_ != Filter(), asks_stop_ = stop_at_ != Filter();
  const Timestamp now_;
  RecordWalk records_;
  StoredSubject subject_;
  std::vector<NodeId> let_through_;
};

/// True if one of the filters is not passed by every node: then the traversal needs a gate.
inline bool needs_gate(const Filter& within, const Filter& stop_at) { return within != Filter() || stop_at != Filter(); }

}  // namespace cairn::graph
