// BreadthFirst: a traversal that goes on level by level, as far as it is asked to.
#pragma once

#include <cairn/lineage.h>

#include <cstdint>
#include <span>
#include <vector>

#include "graph/id_set.h"
#include "graph/link_follower.h"
#include "graph/node_gate.h"
#include "graph/traversal.h"

namespace cairn::graph {

/// Nodes of one depth are a level. depth_max is left to the caller. Not thread-safe.
class BreadthFirst {
 public:
  /// `gate` judges by the filters of the options, and is null if they have none. All must outlive the object.
  BreadthFirst(const LinkSource& source, Direction direction, const TraversalOptions& options,
               CollectLinks collect = CollectLinks::no, NodeGate* gate = nullptr);

  /// The level at depth 0; to be called once and first.
  void start(std::span<const NodeId> starts);
  /// Follows the links of the last level; false if nothing new was reached. Throws limit.
  bool expand();

  std::uint64_t depth() const { return depth_; }
  /// The last level, in order of id. Valid until the next call of expand().
  std::span<const ReachedId> level() const { return std::span(result_.nodes).subspan(level_begin_); }
  bool has(NodeId id) const { return seen_.contains(id); }
  /// Met, but not let in by the gate.
  bool has_refused(NodeId id) const { return refused_.contains(id); }
  LinkFollower& links() { return links_; }
  const TraversalResult& result() const { return result_; }
  TraversalResult take_result() { return std::move(result_); }

 private:
  void follow(NodeId holder, const format::PackedLink& link, NodeId reached);
  void reach(NodeId id);
  bool is_collected_already(const format::PackedLink& link, NodeId reached) const;
  void check_limit() const;
  void judge_waiting();
  void drop_links_to_refused();
  void open_level();

  // So many links to nodes that are not judged yet are remembered, 8 bytes each.
  static constexpr std::size_t kWaitingMax = 1 << 20;

  const TraversalOptions& options_;
  const CollectLinks collect_;
  NodeGate* const gate_;
  LinkFollower links_;
  IdSet seen_;
  std::vector<NodeId> frontier_, next_;  // of the last level and the one that comes, what is gone beyond
  IdSet expanded_;                       // if links are collected that lead on from both ends
  // With a gate only:
  std::vector<NodeId> waiting_;  // to be judged, once for each link
  std::vector<NodeId> stopped_;  // of the level that comes
  IdSet refused_;
  std::size_t links_judged_ = 0;  // of result_.links, those whose ends have been judged

  TraversalResult result_;
  std::size_t level_begin_ = 0;
  std::uint64_t depth_ = 0;
};

}  // namespace cairn::graph
