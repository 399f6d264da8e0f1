#include "store/step_recording.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>

#include "format/keys.h"
#include "store/step_claim.h"
#include "store/step_index.h"
#include "store/step_nodes.h"
#include "store/store_state.h"

namespace cairn::store {

namespace {

NodeState state_of(StepEnd end) {
  switch (end) {
    case StepEnd::finished: return NodeState::finished;
    case StepEnd::failed: return NodeState::failed;
    case StepEnd::cancelled:
    case StepEnd::interrupted: break;
  }
  return NodeState::killed;
}

format::StepAttempt ended(const StepOutcome& step, StepEnd end, std::string_view message, std::int64_t now) {
  return {step.attempt, end, step.process, step.started, now, std::string(message), step.at_most_once};
}

bool has_ended(const std::optional<format::StepAttemptRecord>& attempts, const Uuid& process, StepEnd end) {
  if (!attempts || attempts->attempts.empty()) return false;
  return attempts->attempts.back().process == process && attempts->attempts.back().end == end;
}

// A step that the first attempt gave needs no row for that.
void add_finish(Draft& draft, StepRows& rows, const StepOutcome& step, std::int64_t now) {
  if (!rows.attempts) return;
  if (rows.attempts->attempts.empty()) {
    draft.edit.rows.push_back({format::row::attempt(rows.key), std::nullopt});
    return;
  }
  add_end(*rows.attempts, ended(step, StepEnd::finished, {}, now));
  write_attempts(draft, rows.key, *rows.attempts);
}

// The attempt that recorded the step already is this one, or has taken over.
bool take_recorded(const RunState& run, const engine::View& view, const format::StepRecord& record, StepOutcome& step) {
  const Uuid own = step.process;
  read_step_record(run, view, record, step);
  if (!step.claimed || step.process == own) return true;
  throw Error(ErrorCode::fenced, fmt::format("{}: attempt {} may not write any more: process {} has recorded the step",
                                             step_title(run, step), step.attempt, step.process.text()));
}

void add_record(const RunState& run, Draft& draft, StepOutcome& step, StepRows& rows, format::NodeRecord result, std::int64_t now) {
  format::StepRecord record = rows.attempts && step.claimed ? rows.attempts->step : add_inputs(run, draft, step);
  record.time = now;
  record.duration = static_cast<std::uint64_t>(std::max<std::int64_t>(now - step.started, 0));
  const ProcessEnd process_end{NodeState::finished, now};
  record.process = step.claimed ? end_process(draft, step.process, process_end)
                                : add_process(draft, process_record(run, step, process_end), record);
  if (rows.purged) erase_step_entries(*rows.purged, {run.cell(), rows.key}, draft.edit.indexes);
  add_step_record(run, draft, rows.key, std::move(record), std::move(result), step);
}

}  // namespace

bool record_step(RunState& run, StepOutcome& step, const Content& content, std::string_view type, std::uint64_t size) {
  const std::int64_t now = run.store().clock().now();
  const Uuid own = step.process;
  bool was_there = false;
  const auto build = [&](Draft& draft) {
    step.process = own;  // a build before this one may have read a record
    StepRows rows = find_step_rows(run, draft.view, step);
    was_there = rows.record && take_recorded(run, draft.view, *rows.record, step);
    if (was_there) return;
    require_own(run, step, rows.attempts);
    add_record(run, draft, step, rows, data_node(run, type, "result", content, size), now);
    add_finish(draft, rows, step, now);
  };
  run.commit(step.staging.get(), new_input_count(step) + 2, step_labels(step), fmt::format("record {}", step_title(run, step)),
             build);
  return was_there;
}

void record_end(RunState& run, StepOutcome& step, const StepEnding& ending) {
  const std::int64_t now = run.store().clock().now();
  format::StepRecord components;
  const auto build = [&](Draft& draft) {
    StepRows rows = find_step_rows(run, draft.view, step);
    if (has_ended(rows.attempts, step.process, ending.end)) return;
    require_own(run, step, rows.attempts);
    format::StepAttemptRecord attempts = rows.attempts.value_or(format::StepAttemptRecord{step_record(step)});
    const ProcessEnd process_end{state_of(ending.end), now, ending.message, ending.exit_status};
    if (step.claimed) {
      end_process(draft, step.process, process_end);
    } else {
      attempts.step = add_inputs(run, draft, step);
      add_process(draft, process_record(run, step, process_end), attempts.step);
    }
    components = attempts.step;
    add_end(attempts, ended(step, ending.end, ending.message, now));
    write_attempts(draft, rows.key, attempts);
  };
  run.commit(step.staging.get(), new_input_count(step) + 1, step_labels(step), fmt::format("record {}", step_title(run, step)),
             build);
  if (!components.name.empty()) keep_inputs(run, components, step);
}

}  // namespace cairn::store
