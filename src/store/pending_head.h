// PendingHead: what the newest checkpoint of a run will be once all that waits is on disk.
#pragma once

#include <cairn/checkpoint.h>

#include <cstdint>
#include <deque>
#include <future>
#include <map>

#include "format/checkpoint.h"

namespace cairn::store {

/// The last number that a history has given out, and its newest checkpoint, which is zero if it has none.
struct RunHead {
  std::uint64_t sequence = 0;
  CheckpointId id;
};

/// A checkpoint that waits to be published.
struct PendingCheckpoint {
  CheckpointId id;
  Digest content;
  format::CheckpointRecord record;
  std::shared_future<void> durable;
};

/// For a run of which nothing waits but checkpoints that are known already. Not thread-safe.
class PendingHead {
 public:
  /// `head` is on disk. `failure_count` is that of the run's commits by now: after another failure this is not true any more.
  PendingHead(const RunHead& head, std::uint64_t failure_count) : head_(head), failure_count_(failure_count) {}

  const RunHead& head() const { return head_; }
  std::uint64_t failure_count() const { return failure_count_; }
  /// The newest of that step that may wait; what is not found here is on disk or not at all.
  const PendingCheckpoint* find(std::int64_t step) const;
  void add(PendingCheckpoint checkpoint);
  /// Forgets those that are on disk. Memory is that of the others.
  void forget_durable();

 private:
  RunHead head_;
  std::uint64_t failure_count_;
  std::deque<PendingCheckpoint> waiting_;         // one behind the other
  std::map<std::int64_t, std::uint64_t> newest_;  // sequence by step
};

}  // namespace cairn::store
