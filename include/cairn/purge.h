// Purging: bytes removed on purpose, while what was known of them stays.
#pragma once

#include <cairn/digest.h>
#include <cairn/node.h>

#include <cstdint>
#include <string>
#include <vector>

namespace [[gnu::visibility("default")]] cairn {

struct PurgeOptions {
  std::string reason = {};  ///< in words, at most 4096 bytes; told to whoever asks for the bytes later
  bool dry_run = false;
};

/// An object, artifact or checkpoint whose bytes were removed.
struct Purged {
  std::string kind;              ///< "object", "artifact", "checkpoint"
  Digest digest;
  std::uint64_t size_bytes = 0;  ///< of its content, as its nodes say
  Timestamp time{};
  std::string reason;
};

/// What a purge did, or in a dry run would do.
struct PurgeReport {
  Purged purged;
  std::vector<Uuid> nodes;                ///< that have it as their content, and keep its digest, size and type
  std::vector<CheckpointId> checkpoints;  ///< that need it and can no longer be restarted as a whole
};

}  // namespace cairn
