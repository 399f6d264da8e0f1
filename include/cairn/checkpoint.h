// Checkpoints as users see them: what a commit of a run holds, and what committing it came to.
#pragma once

#include <cairn/digest.h>
#include <cairn/node.h>
#include <cairn/value.h>

#include <chrono>
#include <cstdint>
#include <future>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace [[gnu::visibility("default")]] cairn {

/// A checkpoint that a restart passed over, and why: damaged, or purged.
struct SkippedCheckpoint {
  CheckpointId id;
  std::int64_t step = 0;
  std::string reason;

  friend bool operator==(const SkippedCheckpoint&, const SkippedCheckpoint&) = default;
};

/// One atomic, immutable commit of a run.
struct Checkpoint {
  CheckpointId id;
  std::string run;
  std::uint64_t sequence = 0;  ///< 1, 2, 3, ... in the order of commits
  std::int64_t step = 0;       ///< the caller's own number
  std::optional<CheckpointId> parent;
  Timestamp time{};
  std::map<std::string, ObjectId> state;
  std::map<std::string, ArtifactId> artifacts;
  Map metadata;
  std::vector<std::string> tags;                          ///< that name it now, in order
  std::vector<std::pair<Uuid, NodeState>> unfinished;     ///< nodes of the run that were not finished
  std::vector<SkippedCheckpoint> skipped;                 ///< that the restart before it passed over, newest first
  std::uint64_t bytes_new = 0;
  std::uint64_t bytes_shared = 0;
  /// Only in listings: its record is damaged, and nothing is known of it but id, run, sequence, step, time and tags.
  bool damaged = false;
  /// Only in listings: it was purged, and as little is known of it.
  bool purged = false;
};

/// What a crash can take back of a commit that has returned. Whatever is chosen, commits of a run come to be on disk in their
/// order, each wholly or not at all, and others see one when it is there.
enum class Durability : std::uint8_t {
  sync,      ///< nothing: it is on disk
  async,     ///< it and later ones of the run, until Receipt::durable is ready; another thread writes it right away
  on_close,  ///< as async, but it is written when a later commit of the run is, when that is flushed, or when the store is closed
};

/// Stable lower-case name, such as "on_close".
const char* durability_name(Durability durability) noexcept;

struct CommitOptions {
  Durability durability = Durability::sync;
};

/// What a commit did, or with another durability than sync will have done once it is on disk.
struct Receipt {
  CheckpointId id;
  std::uint64_t sequence = 0;
  Timestamp time{};
  bool existed = false;           ///< the same content was committed for this step already: no new checkpoint
  std::uint64_t bytes_new = 0;    ///< content bytes this commit was the first to store
  std::uint64_t bytes_shared = 0; ///< content bytes that were there already
  /// Ready when it is on disk; get() throws what writing it threw. Always valid.
  std::shared_future<void> durable;
};

/// What becomes of a checkpoint when so many bytes wait to be written that its own do not fit beside them.
enum class WhenBusy : std::uint8_t {
  wait,  ///< until they do
  skip,  ///< there is none, and PendingCommit::skipped says so
};

struct AsyncCommitOptions {
  Durability durability = Durability::async;
  WhenBusy when_busy = WhenBusy::wait;
};

/// A checkpoint that another thread makes. Copies are the same one.
class PendingCommit {
 public:
  PendingCommit() = default;
  explicit PendingCommit(std::shared_future<Receipt> receipt) : receipt_(std::move(receipt)) {}

  /// True if it was left out since the disk did not follow.
  bool skipped() const { return !receipt_.valid(); }
  bool is_done() const { return receipt_.valid() && receipt_.wait_for(std::chrono::seconds(0)) == std::future_status::ready; }
  /// Waits until it is on disk. Throws what committing it threw; invalid_argument if it was skipped.
  Receipt get() const;

 private:
  std::shared_future<Receipt> receipt_;
};

/// When the next checkpoint is due: as soon as one of those that are set says so.
struct CheckpointSchedule {
  std::optional<std::int64_t> every_steps = {};
  std::optional<std::chrono::nanoseconds> every = {};
  /// So large a part of the run's time may go into checkpoints, such as 0.02; what one costs is taken from those before.
  std::optional<double> cost_max = {};
};

}  // namespace cairn
