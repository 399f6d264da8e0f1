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

/// What is known without reading the data, which verify does.
struct StoreHealth {
  std::uint64_t lost_count = 0;        ///< blobs that were damaged or missing, and that no repair could save
  std::uint64_t purged_count = 0;      ///< contents whose bytes were removed on purpose
  std::uint64_t quarantine_bytes = 0;  ///< that repairs have kept aside, for people
  std::uint64_t unfinished_count = 0;  ///< interrupted pieces of work, which opening the store for writing finishes

  bool is_good() const { return lost_count == 0; }
};

/// How many times `whole` is as large as `part`; 0 if there is nothing.
inline double ratio(std::uint64_t whole, std::uint64_t part) { return part == 0 ? 0 : static_cast<double>(whole) / static_cast<double>(part); }

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
  std::uint64_t stored_bytes = 0;   ///< that these take, compressed
  std::uint64_t disk_bytes = 0;     ///< what the store takes on disk, without the reserve
  std::uint64_t reserve_bytes = 0;  ///< kept back so that a full disk does no harm
  std::uint64_t collisions = 0;     ///< unequal bytes with equal digests, met since opening
  StoreHealth health;

  double dedup_ratio() const { return ratio(logical_bytes, content_bytes); }
  double compression_ratio() const { return ratio(content_bytes, stored_bytes); }
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
  std::uint64_t content_bytes = 0; ///< of all blobs that it needs, each once; what several need is counted for each
  std::uint64_t stored_bytes = 0;  ///< that these take, compressed

  double dedup_ratio() const { return ratio(logical_bytes, content_bytes); }
  double compression_ratio() const { return ratio(content_bytes, stored_bytes); }
};

/// Where the bytes are.
struct StoreUsage {
  std::vector<UsageTotal> runs;       ///< largest first
  std::vector<UsageTotal> types;      ///< of data nodes, largest first
  std::vector<UsageTotal> artifacts;  ///< by label, largest first, at most 100
  std::uint64_t garbage_bytes = 0;    ///< stored bytes that compaction would free
};

}  // namespace cairn
