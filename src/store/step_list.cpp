#include "store/step_list.h"

#include <cairn/run.h>

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <tuple>
#include <utility>

#include "base/clock.h"
#include "format/keys.h"
#include "store/step_claim.h"
#include "store/step_index.h"
#include "store/step_lookup.h"
#include "store/store_state.h"

namespace cairn::store {

namespace {

StepAttemptInfo attempt_info(const format::StepAttempt& attempt) {
  return {attempt.number,  attempt.end, attempt.process, base::timestamp(attempt.begun), base::timestamp(attempt.ended),
          attempt.message};
}

class StepReader {
 public:
  StepReader(const RunState& run, const engine::View& view)
      : run_(run), reader_(view, run.store().labels()), now_(run.store().clock().now()) {}

  std::vector<StepAttemptInfo> attempts(const StepOutcome& step, const StepRows& rows) const {
    std::vector<StepAttemptInfo> infos;
    if (rows.attempts) {
      for (const format::StepAttempt& attempt : rows.attempts->attempts) infos.push_back(attempt_info(attempt));
      const auto& claim = rows.attempts->claim;
      if (claim && !may_be_at(run_, step, *claim, now_)) infos.push_back(attempt_info(lost_attempt(*claim, now_)));
    } else if (rows.record && rows.record->reused_from == Uuid{}) {  // the first attempt gave it, and there is no row for that
      const format::NodeRecord process = reader_.get_record(rows.record->process);
      infos.push_back(attempt_info({1, StepEnd::finished, process.uuid, process.created, rows.record->time}));
    }
    return infos;
  }

  StepStatus recorded(const StepRows& rows) const {
    StepStatus status{rows.record->name, rows.record->code_version};
    status.process = reader_.get_record(rows.record->process).uuid;
    status.recorded = base::timestamp(rows.record->time);
    status.attempts = attempts(step_of(*rows.record), rows);
    return status;
  }

  StepStatus unrecorded(const StepRows& rows) const {
    const StepOutcome step = step_of(rows.attempts->step);
    StepStatus status{step.name, step.code_version};
    status.attempts = attempts(step, rows);
    const auto& claim = rows.attempts->claim;
    if (claim && may_be_at(run_, step, *claim, now_))
      status.worker = fmt::format("{}, since {}", owner_text(claim->owner), format_time(base::timestamp(claim->begun)));
    if (!status.attempts.empty()) status.recorded = status.attempts.back().ended;
    else if (claim) status.recorded = base::timestamp(claim->begun);
    return status;
  }

 private:
  const RunState& run_;
  const graph::GraphReader reader_;
  const std::int64_t now_;
};

std::vector<StepPlace> recorded_places(const RunState& run, const engine::View& view, std::string_view name) {
  std::vector<StepPlace> places;
  StepWalk walk(view, run.cell());
  if (name.empty())
    for (bool more = walk.first(); more; more = walk.next()) places.push_back(walk.place());
  else
    for (NodeId before = UINT64_MAX; walk.last_before(name, before); before = walk.process()) places.push_back(walk.place());
  return places;
}

// Those that have no result, by key.
std::vector<StepRows> unrecorded_rows(const RunState& run, const engine::View& view, std::string_view name) {
  std::vector<StepRows> found;
  const std::string prefix(1, format::row::kAttempt);
  const auto rows = view.rows(run.cell());
  for (bool more = rows->seek(prefix); more && rows->key().starts_with(prefix); more = rows->next()) {
    StepRows step{.key = format::row::parse_attempt(rows->key()), .attempts = format::decode_step_attempts(rows->value())};
    const bool is_wanted = name.empty() || step.attempts->step.name == name;
    if (is_wanted && !view.find_row(run.cell(), format::row::step(step.key))) found.push_back(std::move(step));
  }
  return found;
}

}  // namespace

std::vector<StepAttemptInfo> list_attempts(const RunState& run, const engine::View& view, const StepOutcome& step) {
  StepRows rows = find_step_rows(run, view, step);
  if (rows.record) rows.attempts = find_attempts(run, view, rows.key);
  return StepReader(run, view).attempts(step, rows);
}

std::vector<StepStatus> list_steps(const RunState& run, const engine::View& view, std::string_view name) {
  const StepReader reader(run, view);
  std::vector<std::tuple<std::int64_t, NodeId, StepStatus>> recorded;
  for (const StepPlace& place : recorded_places(run, view, name))
    if (auto record = find_step_record(view, place)) {
      const StepRows rows{place.key, std::move(record), find_attempts(run, view, place.key)};
      recorded.emplace_back(rows.record->time, rows.record->process, reader.recorded(rows));
    }
  std::ranges::sort(recorded, {}, [](const auto& step) { return std::pair(std::get<0>(step), std::get<1>(step)); });
  std::vector<StepStatus> steps, unrecorded;
  for (auto& [time, process, status] : recorded) steps.push_back(std::move(status));
  for (const StepRows& rows : unrecorded_rows(run, view, name)) unrecorded.push_back(reader.unrecorded(rows));
  std::ranges::stable_sort(unrecorded, {}, &StepStatus::recorded);
  std::ranges::move(unrecorded, std::back_inserter(steps));
  return steps;
}

}  // namespace cairn::store

namespace cairn {

std::vector<StepStatus> Run::steps(std::string_view name) const {
  return store::list_steps(*state_, *state_->store().engine().view(), name);
}

}  // namespace cairn
