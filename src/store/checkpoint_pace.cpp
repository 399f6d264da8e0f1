#include "store/checkpoint_pace.h"

#include <cairn/error.h>

#include <fmt/format.h>

namespace cairn::store {
namespace {

[[noreturn]] void refuse(std::string_view what, std::string_view expected) {
  throw Error(ErrorCode::invalid_argument, fmt::format("schedule of checkpoints: {}, expected {}", what, expected));
}

void check(const CheckpointSchedule& schedule) {
  if (schedule.every_steps && *schedule.every_steps < 1)
    refuse(fmt::format("every {} steps", *schedule.every_steps), "at least 1");
  if (schedule.every && schedule.every->count() < 0) refuse(fmt::format("every {} ns", schedule.every->count()), "no less than 0");
  if (schedule.cost_max && !(*schedule.cost_max > 0 && *schedule.cost_max <= 1))
    refuse(fmt::format("a cost of at most {}", *schedule.cost_max), "a part of the run's time, above 0 and at most 1");
}

}  // namespace

void CheckpointPace::start_at(std::int64_t step) {
  const std::lock_guard lock(mutex_);
  step_ = step;
}

void CheckpointPace::add(std::int64_t step, Clock::time_point now, Clock::duration held_up) {
  const std::lock_guard lock(mutex_);
  step_ = step;
  last_ = now;
  held_up_ += held_up;
  ++count_;
}

bool CheckpointPace::is_due(std::int64_t step, Clock::time_point now, const CheckpointSchedule& schedule) const {
  check(schedule);
  const std::lock_guard lock(mutex_);
  std::int64_t steps = 0;
  if (schedule.every_steps && (__builtin_sub_overflow(step, step_, &steps) ? step > step_ : steps >= *schedule.every_steps)) return true;
  if (schedule.every && now - last_ >= *schedule.every) return true;
  return schedule.cost_max && is_within(*schedule.cost_max, now - last_);
}

// Whether one more costs no more than its part of the time since the last. The first one tells what they cost.
bool CheckpointPace::is_within(double cost_max, Clock::duration since) const {
  if (count_ == 0) return true;
  using Seconds = std::chrono::duration<double>;
  const double cost = Seconds(held_up_).count() / static_cast<double>(count_);
  return cost <= cost_max * (Seconds(since).count() + cost);
}

}  // namespace cairn::store
