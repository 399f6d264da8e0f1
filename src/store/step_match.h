// Which recorded step of one run stands for which of another.
#pragma once

#include <functional>

#include "store/step_index.h"

namespace cairn::store {

/// A recorded step of a run.
struct MatchedStep {
  StepPlace place;
  format::StepRecord record;
};

/// Calls `visit` with the steps of both runs, one of the two null where a step has no other. Steps of one name: first each with
/// the one of equal key and components, then the rest in the order in which they were recorded. In order of names. `view` shows
/// both. Cost: each row once, and a look for each key in the other run. Memory: that of two StepWalk, and two records.
void match_steps(const engine::View& view, CellId before, CellId after,
                 const std::function<void(const MatchedStep*, const MatchedStep*)>& visit);

}  // namespace cairn::store
