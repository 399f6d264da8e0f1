// Listing, counting and summing up the nodes that pass a filter.
#pragma once

#include <cairn/node_query.h>

#include <cstdint>
#include <vector>

#include "graph/node_scan.h"
#include "store/store_state.h"

namespace cairn::store {

/// What graph questions ask the store; it must outlive the view, and both what is returned.
graph::NodeLookups node_lookups(const StoreState& state, const engine::View& view);

/// What a filter calls now: what was given, or the clock's.
Timestamp moment(const std::optional<Timestamp>& given);

NodePage query_nodes(const StoreState& state, const NodeQuery& query);
QueryPlan explain_nodes(const StoreState& state, const Filter& filter, std::optional<Timestamp> now);
std::uint64_t count_nodes(const StoreState& state, const Filter& filter, std::optional<Timestamp> now);
std::vector<NodeTotal> total_nodes(const StoreState& state, const Filter& filter, std::optional<Timestamp> now);

}  // namespace cairn::store
