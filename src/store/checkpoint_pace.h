// CheckpointPace: when the next checkpoint of a run is due, by what the program says and by what those before have cost.
#pragma once

#include <cairn/checkpoint.h>

#include <chrono>
#include <cstdint>
#include <mutex>

namespace cairn::store {

/// Thread-safe.
class CheckpointPace {
 public:
  using Clock = std::chrono::steady_clock;

  /// Counts from `opened`, and from step 0.
  explicit CheckpointPace(Clock::time_point opened) : last_(opened) {}

  /// From now on steps are counted from this one.
  void start_at(std::int64_t step);
  /// The program was held up for so long until `now` by making a checkpoint.
  void add(std::int64_t step, Clock::time_point now, Clock::duration held_up);
  /// Throws invalid_argument for a schedule that makes no sense.
  bool is_due(std::int64_t step, Clock::time_point now, const CheckpointSchedule& schedule) const;

 private:
  bool is_within(double cost_max, Clock::duration since) const;

  mutable std::mutex mutex_;
  std::int64_t step_ = 0;   // of the last one
  Clock::time_point last_;  // when it was made
  Clock::duration held_up_{0};
  std::uint64_t count_ = 0;
};

/// Adds the time that passes in its scope to `total`.
class HeldUp {
 public:
  explicit HeldUp(CheckpointPace::Clock::duration& total) : total_(total), begin_(CheckpointPace::Clock::now()) {}
  ~HeldUp() { total_ += CheckpointPace::Clock::now() - begin_; }
  HeldUp(const HeldUp&) = delete;
  HeldUp& operator=(const HeldUp&) = delete;

 private:
  CheckpointPace::Clock::duration& total_;
  const CheckpointPace::Clock::time_point begin_;
};

}  // namespace cairn::store
