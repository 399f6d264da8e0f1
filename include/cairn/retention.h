// Retention: which checkpoints of a run are kept, and what becomes of those that are not.
#pragma once

#include <cairn/checkpoint.h>
#include <cairn/node.h>
#include <cairn/value.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace [[gnu::visibility("default")]] cairn {

/// A checkpoint is kept if one of the rules that are set keeps it. Whatever the rules: those that forks and copies go on from stay.
struct RetentionPolicy {
  /// The best of a run by a number in their metadata.
  struct Best {
    std::string key;
    std::size_t count = 1;
    bool smallest = true;  ///< else the largest
  };
  std::optional<std::size_t> last = {};           ///< the newest so many
  std::optional<std::uint64_t> every = {};        ///< those whose step is a multiple of this
  std::optional<Timestamp> newer_than = {};
  std::optional<Best> best = {};
  std::optional<Map> without = {};  ///< those whose metadata lack one of these entries; to remove those that have them all
  bool tagged = true;
};

/// Why one is kept.
struct RetainedCheckpoint {
  CheckpointId id;
  std::int64_t step = 0;
  std::string rule;  ///< "last 3", "tag baseline", "fork what-if", ...
};

struct RemovedCheckpoint {
  CheckpointId id;
  std::int64_t step = 0;
};

struct PruneReport {
  std::vector<RetainedCheckpoint> kept;    ///< newest first
  std::vector<RemovedCheckpoint> removed;  ///< or, in a dry run, what would be; newest first
};

/// What a store does by itself while it is written to, since nobody else can: in the thread that commits, or another one of its own.
struct Upkeep {
  std::optional<RetentionPolicy> retention = {};  ///< each run that this process commits to is pruned by it
  std::uint64_t prune_every = 16;                 ///< so many commits of a run; at least 1
  /// Once what pruning removed had so many bytes of its own, the store is collected, in a thread of its own. Empty: never.
  std::optional<std::uint64_t> collect_bytes = {};
};

/// What became of a run that was deleted.
struct DeletedRun {
  std::uint64_t removed_count = 0;                                   ///< checkpoints
  /// Checkpoints that stay, and the runs whose history they are part of.
  std::vector<std::pair<CheckpointId, std::vector<std::string>>> kept;
};

}  // namespace cairn
