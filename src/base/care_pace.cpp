#include "base/care_pace.h"

#include <algorithm>
#include <limits>

namespace cairn::base {
namespace {

using std::chrono::nanoseconds;

constexpr nanoseconds kWindow = std::chrono::seconds(10);    // that is looked back
constexpr nanoseconds kApart = std::chrono::milliseconds(500);  // moments that are kept
constexpr nanoseconds kLeast = std::chrono::seconds(1);      // that something is said of

double seconds(nanoseconds time) { return std::chrono::duration<double>(time).count(); }

// Counts may go back: what is to be done can become more.
double rate(std::uint64_t before, std::uint64_t now, double time) { return now <= before ? 0 : static_cast<double>(now - before) / time; }

std::optional<nanoseconds> time_for(std::uint64_t done, std::uint64_t total, double per_second) {
  if (total == 0 || per_second <= 0) return std::nullopt;
  const double left = total <= done ? 0 : static_cast<double>(total - done) / per_second * 1e9;
  return left < static_cast<double>(std::numeric_limits<nanoseconds::rep>::max()) ? std::optional(nanoseconds(static_cast<nanoseconds::rep>(left)))
                                                                                  : std::nullopt;
}

}  // namespace

CareProgress CarePace::at(nanoseconds now, CareProgress progress) {
  if (progress.stage != stage_) {
    stage_ = progress.stage;
    moments_.clear();
  }
  note({now, progress.done, progress.bytes});
  const Moment& before = moments_.front();
  const nanoseconds time = now - before.time;
  if (time < kLeast) return progress;
  progress.bytes_per_second = rate(before.bytes, progress.bytes, seconds(time));
  progress.time_left = progress.bytes_total != 0
                           ? time_for(progress.bytes, progress.bytes_total, progress.bytes_per_second)
                           : time_for(progress.done, progress.total, rate(before.done, progress.done, seconds(time)));
  return progress;
}

// Of those that are older than the window the youngest stays: the first.
void CarePace::note(const Moment& moment) {
  if (moments_.empty() || moment.time - moments_.back().time >= kApart) moments_.push_back(moment);
  while (moments_.size() > 1 && moment.time - moments_[1].time >= kWindow) moments_.pop_front();
}

}  // namespace cairn::base
