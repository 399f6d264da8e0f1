#include "store/step_attempt.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <exception>
#include <limits>
#include <string>

#include "store/step_claim.h"
#include "store/step_list.h"
#include "store/step_lookup.h"
#include "store/step_position.h"
#include "store/step_recording.h"
#include "store/step_reuse.h"
#include "store/store_state.h"

namespace cairn::store {

namespace {

/// What the work threw.
struct Thrown {
  StepEnd end = StepEnd::failed;
  std::string message;
  bool again = false;  ///< the options want another attempt after it
};

bool wants_again(const StepOptions& options, const std::exception& error) {
  try {
    return !options.retry_if || options.retry_if(error);
  } catch (...) {
    return false;  // what the work threw is what counts
  }
}

// Of the exception that is being handled.
Thrown thrown_now(const StepOptions& options) {
  try {
    throw;
  } catch (const StepCancelled& cancelled) {
    return {StepEnd::cancelled, cancelled.what(), false};
  } catch (const Error& error) {
    if (error.code() == ErrorCode::cancelled) return {StepEnd::cancelled, error.what(), false};
    return {StepEnd::failed, error.what(), wants_again(options, error)};
  } catch (const std::exception& error) {
    return {StepEnd::failed, error.what(), wants_again(options, error)};
  } catch (...) {
    return {StepEnd::failed, "an exception of an unknown type", !options.retry_if};
  }
}

// False if that could not be recorded, or must not be: then nothing more is tried.
bool record_thrown(RunState& run, StepOutcome& step, const Thrown& thrown) {
  if (step.recorded) return false;  // it is not the work that threw
  try {
    record_end(run, step, {thrown.end, kept_message(thrown.message)});
    return true;
  } catch (...) {
    return false;  // what the work threw is on its way to the caller, who can do more about it
  }
}

std::chrono::nanoseconds doubled(std::chrono::nanoseconds time) {
  using std::chrono::nanoseconds;
  return time > nanoseconds::max() / 2 ? nanoseconds::max() : 2 * time;
}

void require_not_stopped(const RunState& run, const StepOutcome& step, const StepOptions& options) {
  if (options.stop.stop_requested())
    throw Error(ErrorCode::cancelled, fmt::format("{}: told to stop before it was begun", step_title(run, step)));
}

// Begins another attempt after what `before` has; if that fails, that is what is thrown.
bool begin_again(RunState& run, StepOutcome& step, const StepOptions& options, const std::exception_ptr& before) {
  try {
    return begin_attempt(run, step, options);
  } catch (...) {
    if (before) std::rethrow_exception(before);
    throw;
  }
}

}  // namespace

void StepAttempt::heartbeat() {
  if (lease_.count() > 0) renew_claim(run_, step_, lease_);
}

void check_step_options(const RunState& run, std::string_view name, const StepOptions& options) {
  const auto refuse = [&](std::string_view problem) {
    throw Error(ErrorCode::invalid_argument, fmt::format("step {} of {}: {}", name, run.title(), problem));
  };
  if (options.attempts_max == 0) refuse("0 attempts, expected 1 at least");
  if (options.retry_after.count() < 0) refuse("a time before the next attempt that is negative");
  if (options.lease.count() < 0) refuse("a lease that is negative");
  if (options.position == std::numeric_limits<std::uint64_t>::max()) refuse("a position of 2^64-1, expected less");
}

bool find_or_enter(RunState& run, StepOutcome& step, const StepOptions& options, std::string_view type) {
  engine::Engine& engine = run.store().engine();
  if (find_step(run, *engine.view(), step)) {
    keep_position(run, step);
    return true;
  }
  const std::string title = step_title(run, step);
  step.turn = run.step_calls().enter(step_components(step), options.stop, title);
  const auto view = engine.view();
  if (find_step(run, *view, step)) {  // the call that was at it has recorded it
    step.turn.leave();
    keep_position(run, step);
    return true;
  }
  require_unfinished(run, *view, fmt::format("step {}", step.name));
  check_position(run, *view, step);
  return step.reuse && reuse_step(run, step, type);
}

bool attempt_step(RunState& run, StepOutcome& step, const StepOptions& options, const AttemptStep& attempt) {
  require_not_stopped(run, step, options);
  std::exception_ptr before;
  std::chrono::nanoseconds pause = options.retry_after;
  for (unsigned count = 1;; ++count, pause = doubled(pause)) {
    if (begin_again(run, step, options, before)) return true;
    try {
      StepAttempt state(run, step, options.lease, options.stop);
      attempt(state);
      return false;
    } catch (...) {
      const Thrown thrown = thrown_now(options);
      const bool again = record_thrown(run, step, thrown) && thrown.again && count < options.attempts_max;
      if (!again || !run.store().clock().wait(pause, options.stop)) throw;
      before = std::current_exception();
    }
  }
}

void repeat_step(RunState& run, StepOutcome& step, const AttemptStep& attempt) {
  if (step.at_most_once && !step.retry_interrupted)
    throw Error(ErrorCode::damaged, fmt::format("{}: its recorded result is damaged, and it is to be done at most once",
                                                step_title(run, step)));
  const auto attempts = list_attempts(run, *run.store().engine().view(), step);
  step.attempt = attempts.empty() ? 1 : attempts.back().number + 1;
  StepAttempt state(run, step);
  attempt(state);
}

}  // namespace cairn::store

namespace cairn {

unsigned StepContext::attempt() const { return attempt_.number(); }
const Uuid& StepContext::process() const { return attempt_.process(); }
void StepContext::heartbeat() { attempt_.heartbeat(); }
bool StepContext::stop_requested() const { return attempt_.stop_requested(); }

}  // namespace cairn
