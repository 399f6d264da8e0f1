// StepAttempt: one call of the work of a step, and calling it until it is done.
#pragma once

#include <chrono>
#include <functional>
#include <stop_token>
#include <string_view>

#include "store/step.h"

namespace cairn::store {

/// What a StepContext leads to.
class StepAttempt {
 public:
  /// `run` and `step` must outlive it.
  StepAttempt(RunState& run, const StepOutcome& step, std::chrono::nanoseconds lease = {}, std::stop_token stop = {})
      : run_(run), step_(step), lease_(lease), stop_(std::move(stop)) {}

  unsigned number() const { return step_.attempt; }
  const Uuid& process() const { return step_.process; }
  bool stop_requested() const { return stop_.stop_requested(); }
  /// As StepContext::heartbeat.
  void heartbeat();

 private:
  RunState& run_;
  const StepOutcome& step_;
  const std::chrono::nanoseconds lease_;
  const std::stop_token stop_;
};

/// Calls the work of an attempt, and records what it gave.
using AttemptStep = std::function<void(StepAttempt&)>;

/// Throws invalid_argument for options that say nothing sensible.
void check_step_options(const RunState& run, std::string_view name, const StepOptions& options);

/// True if the step needs not be done: it is recorded, by another call or with the result of another run; what it gave is filled
/// in. Else other calls of this process wait until `step` is gone. Throws before anything is done, as Run::step.
bool find_or_enter(RunState& run, StepOutcome& step, const StepOptions& options, std::string_view type);

/// Does the work as often as the options say, and records how each attempt ended. True if the step was recorded meanwhile. What
/// the work throws is passed on, also if that cannot be recorded.
bool attempt_step(RunState& run, StepOutcome& step, const StepOptions& options, const AttemptStep& attempt);

/// Does the work of a recorded step again, which nothing is recorded of. Throws damaged if it may be done only once.
void repeat_step(RunState& run, StepOutcome& step, const AttemptStep& attempt);

}  // namespace cairn::store
