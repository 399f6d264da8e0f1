#include "store/step_claim.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/bytes.h"
#include "base/clock.h"
#include "format/keys.h"
#include "store/purges.h"
#include "store/step_nodes.h"
#include "store/store_state.h"

namespace cairn::store {

namespace {

std::string time_text(std::int64_t nanoseconds) { return format_time(base::timestamp(nanoseconds)); }

// Without a lease the owner had the store open all the while, and now we have it.
bool is_lost(const format::StepClaim& claim, std::int64_t now) {
  if (claim.until <= now || !base::may_live(claim.owner)) return true;
  return !claim.detached && claim.owner == base::this_process();  // and no call of it is at the step
}

// The attempt after which the step must not be done any more, if there is such a one.
std::optional<format::StepAttempt> find_interrupted(const format::StepAttemptRecord& attempts, const StepOutcome& step) {
  if (attempts.claim || attempts.attempts.empty() || step.retry_interrupted) return std::nullopt;
  const format::StepAttempt& last = attempts.attempts.back();
  const bool refused = last.end == StepEnd::interrupted && (last.at_most_once || step.at_most_once);
  return refused ? std::optional(last) : std::nullopt;
}

void require_not_interrupted(const RunState& run, const StepOutcome& step, const std::optional<format::StepAttempt>& found) {
  if (!found) return;
  throw Error(ErrorCode::interrupted,
              fmt::format("{}: attempt {} was begun {} and was interrupted: {}; it is to be done at most once, and not again unless "
                          "that is asked for",
                          step_title(run, step), found->number, time_text(found->begun), found->message));
}

std::int64_t lease_end(std::int64_t begin, std::chrono::nanoseconds lease) {
  std::int64_t end = 0;
  return __builtin_add_overflow(begin, lease.count(), &end) ? std::numeric_limits<std::int64_t>::max() : end;
}

bool wants_claim(const StepOptions& options) { return options.at_most_once || options.lease.count() > 0; }

format::StepClaim claim_of(const StepOutcome& step, const StepOptions& options) {
  format::StepClaim claim{step.attempt, step.process, step.started};
  if (options.lease.count() > 0) claim.until = lease_end(step.started, options.lease);
  claim.at_most_once = options.at_most_once;
  claim.owner = base::this_process();
  claim.detached = step.detached;
  return claim;
}

// Ends the attempt that was lost, and claims the step for this one. Both in one commit, so that nobody comes in between.
bool commit_claim(RunState& run, StepOutcome& step, const StepOptions& options) {
  const bool claims = wants_claim(options);
  bool was_there = false;
  std::optional<format::StepAttempt> interrupted;
  format::StepRecord components;
  const Uuid own = step.process;
  const auto build = [&](Draft& draft) {
    step.process = own;
    StepRows rows = find_step_rows(run, draft.view, step);
    was_there = rows.record.has_value();
    if (was_there) return read_step_record(run, draft.view, *rows.record, step);
    format::StepAttemptRecord attempts = rows.attempts.value_or(format::StepAttemptRecord{step_record(step)});
    if (attempts.claim) {
      require_lost(run, step, *attempts.claim, step.started);
      interrupt_claim(draft, attempts, step.started);
    }
    interrupted = find_interrupted(attempts, step);
    if (claims && !interrupted) {
      step.attempt = last_attempt(attempts) + 1;
      attempts.step = components = add_inputs(run, draft, step);
      add_process(draft, process_record(run, step, {NodeState::running, step.started}), components);
      attempts.claim = claim_of(step, options);
    }
    write_attempts(draft, rows.key, attempts);
  };
  run.commit(claims ? step.staging.get() : nullptr, claims ? new_input_count(step) + 1 : 0,
             claims ? step_labels(step) : std::vector<std::string>(), fmt::format("begin {}", step_title(run, step)), build);
  require_not_interrupted(run, step, interrupted);
  if (was_there || !claims) return was_there;
  step.claimed = true;
  keep_inputs(run, components, step);
  return false;
}

}  // namespace

namespace {

// What a step gave was purged: it is done again, if it may be.
void require_repeatable(const RunState& run, const engine::View& view, const StepOutcome& step, const format::StepRecord& purged) {
  if (!run.store().engine().read_only() && (!step.at_most_once || step.retry_interrupted)) return;
  const bool is_object =
      std::holds_alternative<ObjectId>(graph::GraphReader(view, run.store().labels()).get_record(purged.result).content);
  try {
    require_unpurged(view, is_object ? format::BlobKind::object : format::BlobKind::artifact, purged.result_content);
  } catch (const Error& error) {
    throw Error(error.code(), fmt::format("{}: it may not be done again, and what it gave is gone: {}", step_title(run, step), error.what()));
  }
}

}  // namespace

bool begin_attempt(RunState& run, StepOutcome& step, const StepOptions& options) {
  step.process = Uuid::generate();
  step.started = run.store().clock().now();
  step.claimed = step.recorded = false;
  const auto view = run.store().engine().view();
  const StepRows rows = find_step_rows(run, *view, step);
  if (rows.record) {
    read_step_record(run, *view, *rows.record, step);
    return true;
  }
  if (rows.purged) require_repeatable(run, *view, step, *rows.purged);
  step.attempt = last_attempt(rows.attempts) + 1;
  if (rows.attempts) require_not_interrupted(run, step, find_interrupted(*rows.attempts, step));
  const bool has_claim = rows.attempts && rows.attempts->claim;
  return (has_claim || wants_claim(options)) && commit_claim(run, step, options);
}

void renew_claim(RunState& run, const StepOutcome& step, std::chrono::nanoseconds lease) {
  const std::int64_t until = lease_end(run.store().clock().now(), lease);
  run.commit(nullptr, 0, {}, fmt::format("renew the lease of {}", step_title(run, step)), [&](Draft& draft) {
    StepRows rows = find_step_rows(run, draft.view, step);
    require_own(run, step, rows.attempts);
    rows.attempts->claim->until = until;
    write_attempts(draft, rows.key, *rows.attempts);
  });
}

void require_lost(const RunState& run, const StepOutcome& step, const format::StepClaim& claim, std::int64_t now) {
  if (is_lost(claim, now)) return;
  throw Error(ErrorCode::conflict,
              fmt::format("{}: attempt {} is under way since {}, by {}, which has claimed it until {}", step_title(run, step),
                          claim.number, time_text(claim.begun), owner_text(claim.owner), time_text(claim.until)));
}

bool may_end(const format::StepClaim& claim, std::int64_t now) { return !is_lost(claim, now); }

void write_attempts(Draft& draft, const Digest& key, const format::StepAttemptRecord& attempts) {
  draft.edit.rows.push_back({format::row::attempt(key), format::encode_step_attempts(attempts)});
}

// A reader does not have the store open as a writer does: its process may, as long as it lives.
bool may_be_at(const RunState& run, const StepOutcome& step, const format::StepClaim& claim, std::int64_t now) {
  if (!base::may_live(claim.owner)) return false;
  const bool reads = run.store().engine().read_only();
  if (!reads && !claim.detached && claim.owner == base::this_process()) return run.step_calls().is_at(step_components(step));
  return claim.until == 0 ? reads : claim.until > now;
}

format::StepAttempt lost_attempt(const format::StepClaim& claim, std::int64_t now) {
  const std::string message = kept_message(fmt::format("no outcome was recorded by {}", owner_text(claim.owner)));
  return {claim.number, StepEnd::interrupted, claim.process, claim.begun, now, message, claim.at_most_once};
}

void interrupt_claim(Draft& draft, format::StepAttemptRecord& attempts, std::int64_t now) {
  format::StepAttempt lost = lost_attempt(*attempts.claim, now);
  end_process(draft, lost.process, {NodeState::killed, now, lost.message});
  add_end(attempts, std::move(lost));
}

void require_own(const RunState& run, const StepOutcome& step, const std::optional<format::StepAttemptRecord>& attempts) {
  const bool own = step.claimed ? attempts && attempts->claim && attempts->claim->process == step.process
                                : last_attempt(attempts) < step.attempt;
  if (own) return;
  throw Error(ErrorCode::fenced, fmt::format("{}: attempt {} may not write any more: {}", step_title(run, step), step.attempt,
                                             last_attempt(attempts) > step.attempt
                                                 ? fmt::format("attempt {} has taken over", last_attempt(attempts))
                                                 : std::string("it was ended by another call")));
}

void add_end(format::StepAttemptRecord& attempts, format::StepAttempt attempt) {
  attempts.claim.reset();
  attempts.attempts.push_back(std::move(attempt));
  if (attempts.attempts.size() > format::kStepAttemptsMax)
    attempts.attempts.erase(attempts.attempts.begin(), attempts.attempts.end() - format::kStepAttemptsMax);
}

std::string kept_message(std::string_view what) {
  std::string message(what.substr(0, format::kStepMessageBytesMax));
  const auto is_cut = [&] { return what.size() > message.size() && !base::is_utf8(message); };
  for (int i = 0; i < 3 && is_cut(); ++i) message.pop_back();  // a character of up to four bytes
  std::ranges::replace(message, '\0', '?');
  if (!base::is_utf8(message))
    std::ranges::replace_if(message, [](char c) { return static_cast<unsigned char>(c) >= 0x80; }, '?');
  return message;
}

std::string owner_text(const base::ProcessIdentity& owner) { return fmt::format("host {}, process {}", owner.host, owner.number); }

}  // namespace cairn::store
