#include "store/step_lookup.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>

#include "base/hash.h"
#include "store/losses.h"
#include "store/purges.h"
#include "store/store_state.h"

namespace cairn::store {

namespace {

bool is_result_gone(const engine::View& view, const Digest& result) {
  return is_purged(view, result) || (!view.find_blob(result) && find_loss(view, result));
}

// Where the claim of this attempt is beside a record, that was gone when the attempt began; its work may have stored the same again.
StepRows drop_purged(const RunState& run, const engine::View& view, const StepOutcome& step, StepRows rows) {
  const bool is_gone = is_result_gone(view, rows.record->result_content);
  if (!is_gone && !step.claimed) return rows;
  auto attempts = find_attempts(run, view, rows.key);
  const bool is_own = step.claimed && attempts && attempts->claim && attempts->claim->process == step.process;
  if (!is_gone && !is_own) return rows;
  rows.purged = std::move(rows.record);
  rows.record.reset();
  rows.attempts = std::move(attempts);
  return rows;
}

}  // namespace

// A key belongs to the step that has one of its rows. Both are at the same one: whoever writes the second finds the first.
StepRows find_step_rows(const RunState& run, const engine::View& view, const StepOutcome& step) {
  for (unsigned probe = 0; probe <= 255; ++probe) {
    StepRows rows{step_key(step, static_cast<std::uint8_t>(probe))};
    if (const auto bytes = view.find_row(run.cell(), format::row::step(rows.key))) {
      rows.record = format::decode_step(*bytes);
      if (!same_step(step, *rows.record)) continue;
      return drop_purged(run, view, step, std::move(rows));
    }
    rows.attempts = find_attempts(run, view, rows.key);
    if (!rows.attempts || same_step(step, rows.attempts->step)) return rows;
  }
  throw Error(ErrorCode::limit, fmt::format("{}: 256 keys belong to other steps", step_title(run, step)));
}

std::optional<format::StepAttemptRecord> find_attempts(const RunState& run, const engine::View& view, const Digest& key) {
  const auto bytes = view.find_row(run.cell(), format::row::attempt(key));
  return bytes ? std::optional(format::decode_step_attempts(*bytes)) : std::nullopt;
}

bool find_step(const RunState& run, const engine::View& view, StepOutcome& step) {
  const StepRows rows = find_step_rows(run, view, step);
  if (rows.record) read_step_record(run, view, *rows.record, step);
  return rows.record.has_value();
}

void read_step_record(const RunState& run, const engine::View& view, const format::StepRecord& record, StepOutcome& step) {
  const graph::GraphReader reader(view, run.store().labels());
  const format::NodeRecord data = reader.get_record(record.result);
  step.data = data.uuid;
  step.content = data.content;
  step.process = reader.get_record(record.process).uuid;
}

std::uint32_t last_attempt(const format::StepAttemptRecord& attempts) {
  if (attempts.claim) return attempts.claim->number;
  return attempts.attempts.empty() ? 0 : attempts.attempts.back().number;
}

}  // namespace cairn::store
