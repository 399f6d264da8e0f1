// CarePace: how fast a long piece of work goes, and when its stage may end, by how far it had come at which time.
#pragma once

#include <cairn/care_progress.h>

#include <chrono>
#include <cstdint>
#include <deque>
#include <string>

namespace cairn::base {

/// Looks back ten seconds, so that what was fast an hour ago counts no more. Memory: some 20 moments.
class CarePace {
 public:
  /// `now` is of any clock that does not go back. Returns `progress` with its rate and the time that is left. Nothing is told in the first
  /// second of a stage, nor if nothing was done in the last ten. A stage with another name begins anew.
  CareProgress at(std::chrono::nanoseconds now, CareProgress progress);

 private:
  struct Moment {
    std::chrono::nanoseconds time{};
    std::uint64_t done = 0, bytes = 0;
  };
  void note(const Moment& moment);

  std::string stage_;
  std::deque<Moment> moments_;  // the oldest first; the first one is that which is looked back to
};

}  // namespace cairn::base
