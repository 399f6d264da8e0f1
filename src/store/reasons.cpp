#include "store/reasons.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <limits>

#include "format/keys.h"
#include "store/embedded.h"
#include "store/step_difference.h"
#include "store/step_index.h"
#include "store/step_lookup.h"
#include "store/step_reuse.h"
#include "store/store_state.h"

namespace cairn::store {

namespace {

struct FoundStep {
  StepPlace place;
  format::StepRecord record;
};

// Indexes are derived: an entry may have no record.
std::optional<FoundStep> find_there(const engine::View& view, const StepPlace& place) {
  auto record = find_step_record(view, place);
  if (!record) return std::nullopt;
  return FoundStep{place, std::move(*record)};
}

// The one of that name that the run recorded last before `process`; else another run, before `time`.
std::optional<FoundStep> nearest(const engine::View& view, StepWalk& walk, CellId cell, std::string_view name, NodeId process,
                                 std::int64_t time) {
  if (walk.last_before(name, process))
    if (auto found = find_there(view, walk.place())) return found;
  const auto place = last_of_other_runs(view, cell, name, time);
  return place ? find_there(view, *place) : std::nullopt;
}

// Of a step whose result was taken from another run.
StepReason reason_of_reuse(StoreState& state, const engine::View& view, const FoundStep& step) {
  StepReason reason;
  reason.done = false;
  reason.step = step_info(state, view, view, step.place.cell, step.record);
  const auto source = graph::GraphReader(view, state.labels()).find_node(step.record.reused_from);
  const auto place = source ? find_step_of_process(view, source->id, source->record) : std::nullopt;
  if (const auto found = place ? find_there(view, *place) : std::nullopt)
    reason.compared = step_info(state, view, view, found->place.cell, found->record);
  return reason;
}

StepReason reason_of(StoreState& state, const engine::View& view, StepWalk& walk, const FoundStep& step) {
  if (step.record.reused_from != Uuid{}) return reason_of_reuse(state, view, step);
  StepReason reason;
  reason.step = step_info(state, view, view, step.place.cell, step.record);
  const auto earlier = nearest(view, walk, step.place.cell, step.record.name, step.record.process, step.record.time);
  if (!earlier) return reason;
  reason.compared = step_info(state, view, view, earlier->place.cell, earlier->record);
  DifferenceOptions options;
  reason.difference = compare_steps(state, view, *reason.compared, reason.step, earlier->record, step.record, options);
  return reason;
}

}  // namespace

std::vector<StepReason> why_steps(const RunState& run, std::string_view name, std::size_t limit) {
  const auto view = run.store().engine().view();
  StepWalk walk(*view, run.cell());
  std::vector<StepReason> reasons;
  NodeId before = UINT64_MAX;
  while (reasons.size() < limit && walk.last_before(name, before)) {
    before = walk.process();
    if (const auto step = find_there(*view, walk.place())) reasons.push_back(reason_of(run.store(), *view, walk, *step));
  }
  if (reasons.empty() && limit != 0)
    throw Error(ErrorCode::not_found, fmt::format("{} has recorded no step {}", run.title(), name));
  return reasons;
}

StepReason why_process(StoreState& state, const Uuid& process) {
  const auto view = state.engine().view();
  const auto node = graph::GraphReader(*view, state.labels()).find_node(process);
  if (!node) throw Error(ErrorCode::not_found, fmt::format("there is no node {}", process.text()));
  const auto place = find_step_of_process(*view, node->id, node->record);
  const auto step = place ? find_there(*view, *place) : std::nullopt;
  if (!step)
    throw Error(ErrorCode::type_mismatch,
                fmt::format("node {} is a {} of type \"{}\", expected the calculation of a recorded step", process.text(),
                            kind_name(node->record.kind), node->record.type));
  StepWalk walk(*view, step->place.cell);
  return reason_of(state, *view, walk, *step);
}

StepReason predict_step(const RunState& run, const engine::View& view, const StepOutcome& step) {
  StoreState& state = run.store();
  StepReason reason;
  if (const auto recorded = find_step_rows(run, view, step).record) {
    reason.done = false;
    reason.step = step_info(state, view, view, run.cell(), *recorded);
    reason.compared = reason.step;
    return reason;
  }
  const format::StepRecord record = step_record(step);
  const StagedBlobs blobs(step.staging.get(), view);
  reason.step = step_info(state, view, blobs, run.cell(), record);
  const auto reusable = step.reuse ? find_reusable(run, view, step, {}) : std::nullopt;
  if (reusable) {
    reason.done = false;
    reason.compared = step_info(state, view, view, reusable->place.cell, reusable->record);
    return reason;
  }
  StepWalk walk(view, run.cell());
  const auto earlier = nearest(view, walk, run.cell(), step.name, UINT64_MAX, std::numeric_limits<std::int64_t>::max());
  if (!earlier) return reason;
  reason.compared = step_info(state, view, view, earlier->place.cell, earlier->record);
  DifferenceOptions options;
  reason.difference = compare_steps(state, blobs, *reason.compared, reason.step, earlier->record, record, options);
  return reason;
}

}  // namespace cairn::store
