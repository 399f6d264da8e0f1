// What a store holds, counted, and what it takes.
#pragma once

#include <cairn/node.h>
#include <cairn/uuid.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace [[gnu::visibility("default")]] cairn {

struct KindStats {
  std::uint64_t count = 0;
  std::uint64_t bytes = 0;         ///< of the blobs
  std::uint64_t stored_bytes = 0;  ///< what they take, compressed
};

struct StoreStats {
  Uuid uuid;
  std::uint32_t format = 0;
  std::map<std::string, KindStats> blobs;  ///< by kind: "object", "chunk", ...
  std::uint64_t run_count = 0;
  std::uint64_t checkpoint_count = 0;
  std::map<std::string, std::uint64_t> nodes;  ///< count by kind: "data", ...
  std::uint64_t link_count = 0;
  std::uint64_t logical_bytes = 0;  ///< what was saved and attached, as if nothing were shared
  std::uint64_t content_bytes = 0;  ///< distinct content bytes
  std::uint64_t disk_bytes = 0;     ///< what the store takes on disk, without the reserve
  std::uint64_t reserve_bytes = 0;  ///< kept back so that a full disk does no harm
  std::uint64_t collisions = 0;     ///< unequal bytes with equal digests, met since opening
};

/// What the checkpoints of one run take. Each byte is counted for the oldest checkpoint that has it.
struct CheckpointGrowth {
  std::uint64_t sequence = 0;
  std::int64_t step = 0;
  Timestamp time{};
  std::uint64_t logical_bytes = 0;  ///< of its state and artifacts
  std::uint64_t new_bytes = 0;      ///< of these, what no older checkpoint of the run has
};

struct UsageTotal {
  std::string name;                ///< of the run, or the type; empty: nodes of no run
  std::uint64_t count = 0;         ///< checkpoints, or nodes
  std::uint64_t logical_bytes = 0; ///< as if nothing were shared
  std::uint64_t stored_bytes = 0;  ///< stored bytes of all blobs that it needs; what several need is counted for each
};

/// Where the bytes are.
struct StoreUsage {
  std::vector<UsageTotal> runs;       ///< largest first
  std::vector<UsageTotal> types;      ///< of data nodes, largest first
  std::vector<UsageTotal> artifacts;  ///< by label, largest first, at most 100
  std::uint64_t garbage_bytes = 0;    ///< stored bytes that collection would free
};

}  // namespace cairn
