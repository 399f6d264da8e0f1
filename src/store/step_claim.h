// Claims: which attempt at a step is under way, whose it is, and whether it may still end it.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "store/step_lookup.h"

namespace cairn::store {

/// Begins the next attempt: fills in its number and process, and claims the step in a commit if the options ask for that. True
/// if the step was recorded meanwhile, which fills in what it gave. Throws conflict naming who is at it, and interrupted.
bool begin_attempt(RunState& run, StepOutcome& step, const StepOptions& options);

/// Claims the step for so long from now on. Throws fenced if another attempt has taken over.
void renew_claim(RunState& run, const StepOutcome& step, std::chrono::nanoseconds lease);

/// Throws conflict naming the holder if the attempt under way may still end: its lease runs on, and its process may live. No
/// other call of this process may be at the step.
void require_lost(const RunState& run, const StepOutcome& step, const format::StepClaim& claim, std::int64_t now);

/// Whether the attempt that has the claim may still end. Of those that other processes of this host began, and of leases.
bool may_end(const format::StepClaim& claim, std::int64_t now);

/// Whether somebody may be at the attempt under way now, as far as its process, its lease and the calls of this process tell.
bool may_be_at(const RunState& run, const StepOutcome& step, const format::StepClaim& claim, std::int64_t now);

/// The attempt under way, which was lost, as it is recorded then.
format::StepAttempt lost_attempt(const format::StepClaim& claim, std::int64_t now);
/// Ends the attempt under way, which was lost.
void interrupt_claim(Draft& draft, format::StepAttemptRecord& attempts, std::int64_t now);

void write_attempts(Draft& draft, const Digest& key, const format::StepAttemptRecord& attempts);

/// Throws fenced unless the attempt of `step` is the newest one, and under way.
void require_own(const RunState& run, const StepOutcome& step, const std::optional<format::StepAttemptRecord>& attempts);

/// Adds an attempt that ended, and drops the oldest if there are too many. Its claim ends with it.
void add_end(format::StepAttemptRecord& attempts, format::StepAttempt attempt);

/// As much of what an exception says as is kept, as UTF-8 without NUL.
std::string kept_message(std::string_view what);

/// "host a, process 12".
std::string owner_text(const base::ProcessIdentity& owner);

}  // namespace cairn::store
