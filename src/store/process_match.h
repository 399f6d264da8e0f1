// Which process of one run that is no recorded step stands for which of another.
#pragma once

#include <functional>

#include "engine/engine.h"
#include "graph/id_set.h"

namespace cairn::store {

/// Calls `visit` with the numbers of calculations and workflows of both runs that are not in `steps` and not the run itself,
/// one of the two 0 where one has no other. Those of equal kind, type and label are matched in the order of their numbers. In
/// the order of the first run; those of the second alone at the end. Cost: the node records of both. Memory: 24 bytes for
/// each.
void match_processes(const engine::View& view, engine::CellId before, engine::CellId after, const graph::IdSet& steps,
                     const std::function<void(engine::NodeId, engine::NodeId)>& visit);

}  // namespace cairn::store
