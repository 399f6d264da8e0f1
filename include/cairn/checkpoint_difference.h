// How two checkpoints differ.
#pragma once

#include <cairn/artifact.h>
#include <cairn/change.h>
#include <cairn/checkpoint.h>
#include <cairn/difference.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace [[gnu::visibility("default")]] cairn {

/// A state that is in one of two checkpoints alone, or has another value.
struct StateChange {
  ChangeKind kind = ChangeKind::changed;
  std::string name;
  std::optional<ObjectId> before, after;
  ValueDifference difference;  ///< of one that is in both
};

struct NamedArtifactChange {
  ChangeKind kind = ChangeKind::changed;
  std::string name;
  std::optional<ArtifactId> before, after;
  std::vector<ArtifactChange> changes;  ///< of one that is in both
  std::uint64_t change_count = 0;       ///< of those, whether or not they were kept
};

/// A node of the run that was not finished at one of the two, or in another state.
struct UnfinishedChange {
  Uuid node;
  std::optional<NodeState> before, after;  ///< empty: not there yet, finished, or of the other's run
};

struct CheckpointDifference {
  Checkpoint before, after;
  std::vector<StateChange> states;             ///< by name
  std::vector<NamedArtifactChange> artifacts;  ///< by name
  ValueDifference metadata;
  std::vector<std::string> tags_added, tags_removed;
  std::vector<UnfinishedChange> unfinished;    ///< by UUID; at most as many as asked for
  std::uint64_t unfinished_count = 0;

  /// True if nothing but run, step and time differs.
  bool empty() const {
    return states.empty() && artifacts.empty() && metadata.empty() && tags_added.empty() && tags_removed.empty() &&
           unfinished_count == 0;
  }
};

}  // namespace cairn
