// Checkpoints as users see them: what a commit of a run holds, and what committing it came to.
#pragma once

#include <cairn/digest.h>
#include <cairn/node.h>
#include <cairn/value.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace [[gnu::visibility("default")]] cairn {

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
  std::uint64_t bytes_new = 0;
  std::uint64_t bytes_shared = 0;
  /// Only in listings: its record is damaged, and nothing is known of it but id, run, sequence, step, time and tags.
  bool damaged = false;
};

/// What a commit did.
struct Receipt {
  CheckpointId id;
  std::uint64_t sequence = 0;
  bool existed = false;           ///< the same content was committed for this step already: no new checkpoint
  std::uint64_t bytes_new = 0;    ///< content bytes this commit was the first to store
  std::uint64_t bytes_shared = 0; ///< content bytes that were there already
};

/// A checkpoint that a restart passed over, and why.
struct SkippedCheckpoint {
  CheckpointId id;
  std::int64_t step = 0;
  std::string reason;
};

}  // namespace cairn
