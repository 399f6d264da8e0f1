// ForgetPlan: what is to be forgotten, as of one view, and what that is to its cells and to users.
#pragma once

#include <cairn/forget.h>

#include <span>
#include <string>
#include <vector>

#include "graph/forget_rules.h"
#include "store/store_state.h"

namespace cairn::store {

struct ForgetPlan {
  std::vector<NodeId> ids;     ///< ascending
  std::vector<CellId> cells;   ///< of these nodes, and of links to or from them that break a rule; ascending
  std::vector<CellId> runs;    ///< of these, those whose own node is among them, deleted or not
  std::vector<CellId> marked;  ///< of these, those with links that break a rule and lead to or from these nodes
  ForgetReport report;
};

/// Throws limit. Memory: the report.
ForgetPlan plan_forgetting(const StoreState& store, const engine::View& view, std::span<const NodeId> starts,
                           const ForgetOptions& options);

/// Throws rule_violation naming a node of a run that this process has a handle of, or in which a step is under way.
void require_idle(StoreState& store, const engine::View& view, const ForgetPlan& plan);

}  // namespace cairn::store
