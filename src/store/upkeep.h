// UpkeepWork: what a store does by itself while it is written to: runs are pruned, and what that leaves is collected.
#pragma once

#include <cairn/retention.h>

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "engine/engine.h"

namespace cairn::store {

class RunState;
class StoreState;

/// Throws invalid_argument for a policy or a number that means nothing.
void check_upkeep(const Upkeep& upkeep);

/// Works in a thread of its own, from the first time that there is something to do. It keeps neither the store open nor its runs. What goes
/// wrong is written to stderr, for each run once until it goes well again; no commit fails of it. Thread-safe.
class UpkeepWork {
 public:
  using Collect = std::function<void()>;

  UpkeepWork(const Upkeep& upkeep, Collect collect) : upkeep_(upkeep), collect_(std::move(collect)) {}
  /// Prunes the runs that are due; what then is to be collected is left to a later time.
  ~UpkeepWork();
  UpkeepWork(const UpkeepWork&) = delete;
  UpkeepWork& operator=(const UpkeepWork&) = delete;

  /// A checkpoint of the run was committed. Takes no time to speak of.
  void note_commit(RunState& run);
  /// Waits until nothing is to be done.
  void wait();

 private:
  using Lock = std::unique_lock<std::mutex>;
  struct Counted {
    std::uint64_t commits = 0;  // since it was pruned
    std::string told;           // what went wrong last
  };

  void work();
  void prune(RunState& run);
  void collect_if_due();
  void tell(engine::CellId cell, const std::string& problem);

  const Upkeep upkeep_;
  const Collect collect_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<engine::CellId, Counted> runs_;
  std::deque<std::shared_ptr<RunState>> due_;
  bool is_working_ = false, closing_ = false;
  std::uint64_t removed_bytes_ = 0;  // by pruning, since the last collection
  std::thread thread_;
};

}  // namespace cairn::store
