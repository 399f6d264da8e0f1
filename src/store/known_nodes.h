// KnownNodes: what a merge changes of nodes that are in the store: later states of them, and links that they hold.
//
// A link is written with one of its ends, the holder (schema/FORMAT.md, Links). Return, reference and mutual links are held by their
// source, and a source that is in the store gets them as in a transaction: unless it is sealed. Input, create and call links are held by
// their target and are there from its birth, so that data provenance has no cycles: a target that is in the store gets none.
#pragma once

#include <cairn/link.h>

#include <string>
#include <utility>
#include <vector>

#include "graph/bulk_graph.h"
#include "store/merge_context.h"
#include "store/merge_runs.h"

namespace cairn::store {

class KnownNodes {
 public:
  explicit KnownNodes(MergeContext& context) : context_(context) {}

  /// `next` may take the place of its record, see graph::frozen_change.
  void change(engine::NodeId id, format::NodeRecord next) { changes_.emplace_back(id, std::move(next)); }
  void link(graph::BulkNumber holder, graph::BulkNumber other, LinkType type, bool outgoing, std::string label) {
    links_.push_back({holder, other, type, outgoing, std::move(label)});
  }

  /// When all is there: links that may not be made are conflicts, and runs of which nodes get links grow.
  void check(const graph::BulkGraph& graph, MergedRuns& runs);
  /// Throws rule_violation if something has changed meanwhile that it rests on. For who is alone in the gate.
  void add_edits(const engine::View& view, const graph::BulkGraph& graph, engine::Edit& edit) const;

 private:
  struct Link {
    graph::BulkNumber holder, other;
    LinkType type;
    bool outgoing;
    std::string label;
  };
  template <class Refuse>
  std::vector<engine::Edit> write(const engine::View& view, const graph::BulkGraph& graph, const Refuse& refuse) const;

  MergeContext& context_;
  std::vector<std::pair<engine::NodeId, format::NodeRecord>> changes_;
  std::vector<Link> links_;
};

}  // namespace cairn::store
