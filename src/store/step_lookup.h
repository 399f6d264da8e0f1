// Where the rows of a step are, and what they say of its result.
#pragma once

#include <optional>

#include "format/step_attempts.h"
#include "store/step.h"

namespace cairn::store {

/// What a run has of a step.
struct StepRows {
  Digest key;  ///< of both rows, whether they are there or not
  std::optional<format::StepRecord> record = {};
  std::optional<format::StepAttemptRecord> attempts = {};
  /// A record that counts for nothing, since what the step gave was purged: the next one takes its place.
  std::optional<format::StepRecord> purged = {};
};

/// Compares all that makes the step it. Throws damaged, and limit if 256 keys belong to other steps.
StepRows find_step_rows(const RunState& run, const engine::View& view, const StepOutcome& step);

/// The row about attempts at the step of that key.
std::optional<format::StepAttemptRecord> find_attempts(const RunState& run, const engine::View& view, const Digest& key);

/// Looks the step up; if it is recorded, fills in what it gave and returns true.
bool find_step(const RunState& run, const engine::View& view, StepOutcome& step);
/// Fills in what it gave.
void read_step_record(const RunState& run, const engine::View& view, const format::StepRecord& record, StepOutcome& step);

/// The number of the newest attempt that is known; 0 if none is.
std::uint32_t last_attempt(const format::StepAttemptRecord& attempts);
inline std::uint32_t last_attempt(const std::optional<format::StepAttemptRecord>& attempts) {
  return attempts ? last_attempt(*attempts) : 0;
}

}  // namespace cairn::store
