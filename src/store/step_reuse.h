// Taking over what an equal step of another run gave.
#pragma once

#include <optional>
#include <string_view>

#include "store/step_index.h"
#include "store/step_lookup.h"

namespace cairn::store {

/// A recorded step of another run that is equal.
struct ReusableStep {
  StepPlace place;
  format::StepRecord record;
  format::NodeRecord result;
  Uuid process;
};

/// The newest that was done itself, was not invalidated, and gave a result of that type (any if empty) whose bytes are all there
/// and not damaged, as far as that is read: of more than 16 MiB the chunks are only looked for. Cost: a look for each equal step,
/// and reading the result of the one that is found.
std::optional<ReusableStep> find_reusable(const RunState& run, const engine::View& view, const StepOutcome& step,
                                          std::string_view type);

/// Records the result of such a step as that of this one; fills in what it gave. False if there is none.
bool reuse_step(RunState& run, StepOutcome& step, std::string_view type);

/// The step that the process of any run recorded; empty if it is that of none.
std::optional<StepPlace> find_step_of_process(const engine::View& view, NodeId process, const format::NodeRecord& node);

}  // namespace cairn::store
