// The nodes of a step in the graph: its process, what it used, and what it gave.
#pragma once

#include <string>
#include <vector>

#include "store/step.h"

namespace cairn::store {

/// How many new nodes the inputs may be.
std::uint64_t new_input_count(const StepOutcome& step);
/// Of the links that a process has; all are of the run's own nodes.
std::vector<std::string> step_labels(const StepOutcome& step);

/// Adds the inputs that are no nodes yet, and returns the step's components with the nodes of all.
format::StepRecord add_inputs(const RunState& run, Draft& draft, const StepOutcome& step);
/// Remembers these nodes: once they are committed they are not new any more, and the staging is spent.
void keep_inputs(const RunState& run, const format::StepRecord& components, StepOutcome& step);

/// What becomes of the calculation of an attempt.
struct ProcessEnd {
  NodeState state = NodeState::finished;
  std::int64_t time = 0;
  std::string message = {};
  std::int32_t exit_status = 0;
};

/// The calculation of an attempt, called by the run; the inputs in `components` are nodes by now.
format::NodeRecord process_record(const RunState& run, const StepOutcome& step, const ProcessEnd& end);
NodeId add_process(Draft& draft, format::NodeRecord record, const format::StepRecord& components);
/// Changes the process that is under way; one that somebody else ended stays as it is.
NodeId end_process(Draft& draft, const Uuid& process, const ProcessEnd& end);

/// Records the step: what its process gave becomes a node, and `record`, which has the time and the process, the row of that key,
/// with its entries and its place. Fills in what the step gave.
void add_step_record(const RunState& run, Draft& draft, const Digest& key, format::StepRecord record, format::NodeRecord result,
                     StepOutcome& step);

}  // namespace cairn::store
