// CareProgress: how far a long piece of work has come, how fast it goes, and when it may end.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace [[gnu::visibility("default")]] cairn {

struct CareProgress {
  std::string_view stage;         ///< "mark", "sweep", "move", "records", "read", "search" and the like
  std::uint64_t done = 0;         ///< of this stage: blobs, bytes or parts
  std::uint64_t total = 0;        ///< 0 if not known
  std::uint64_t bytes = 0;        ///< read or written in this stage so far; 0 where none are counted
  std::uint64_t bytes_total = 0;  ///< 0 if not known
  double bytes_per_second = 0;    ///< over the last ten seconds or so; 0 while it cannot be told
  /// Of this stage, if it goes on as in the last ten seconds or so; empty while that cannot be told.
  std::optional<std::chrono::nanoseconds> time_left = {};
};

/// For people, such as "12.5 MiB/s, 1 min 20 s left": without what cannot be told, and empty if nothing can.
std::string pace_text(const CareProgress& progress);

/// Called by one thread at a time, now and then; may be empty. What it throws ends the work.
using ShowProgress = std::function<void(const CareProgress&)>;

}  // namespace cairn
