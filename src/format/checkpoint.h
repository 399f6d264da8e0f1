// The blob of a checkpoint: everything that is restored, and enough to rebuild its rows.
#pragma once

#include <cairn/checkpoint.h>
#include <cairn/digest.h>
#include <cairn/node.h>
#include <cairn/uuid.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "format/keys.h"

namespace cairn::format {

/// A run that another one was forked from.
struct ForkOrigin {
  Uuid run;
  std::uint64_t sequence = 0;  ///< of the last checkpoint of its history that the other one has

  friend bool operator==(const ForkOrigin&, const ForkOrigin&) = default;
};

/// So many of them a checkpoint names.
inline constexpr std::size_t kForkOriginsMost = 16;

struct CheckpointRecord {
  Uuid run;
  std::string run_name;
  std::uint64_t sequence = 0;
  std::int64_t step = 0;
  Digest parent;  ///< all zero for the first of a run
  std::int64_t time = 0;
  std::map<std::string, Digest> state;
  std::map<std::string, Digest> artifacts;
  std::string metadata;  ///< canonical bytes of a StoredObject, or empty
  std::vector<std::pair<Uuid, NodeState>> unfinished;
  NodeId node_next = 0;
  std::vector<std::string> tags;
  std::uint64_t bytes_new = 0;
  std::uint64_t bytes_shared = 0;
  std::vector<SkippedCheckpoint> skipped;
  std::vector<ForkOrigin> forked_from = {};  ///< the run that its run was forked from, the run that this one was, and so on

  friend bool operator==(const CheckpointRecord&, const CheckpointRecord&) = default;
};

std::vector<std::byte> encode_checkpoint(const CheckpointRecord& checkpoint);
/// Throws damaged.
CheckpointRecord decode_checkpoint(std::span<const std::byte> bytes);

/// Digest of what was saved: step, state, artifacts and metadata. Two commits are the same if it is equal.
Digest checkpoint_content(const CheckpointRecord& checkpoint);

}  // namespace cairn::format
