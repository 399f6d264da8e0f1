// Verification: what is looked at, and what was found.
#pragma once

#include <cairn/named.h>
#include <cairn/node.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace [[gnu::visibility("default")]] cairn {

struct VerifyOptions {
  bool read_data = true;                ///< read blobs and compare them with their digests, not only the structure
  double sample = 1;                    ///< of the blobs, this part is read: 0 to 1; which one differs from call to call
  std::optional<Timestamp> since = {};  ///< only checkpoints and nodes made since then, with all that they need
  std::vector<Named> only = {};         ///< only these, with all that they need; empty: everything
  unsigned threads = 0;                 ///< that read blobs; 0: one for each processor
  std::function<void(std::uint64_t done, std::uint64_t total)> progress = {};  ///< blobs read; may be empty
};

/// One thing that verify found wrong.
struct Damage {
  std::string kind;      ///< "chunk", "checkpoint", "node", "index", "file"
  std::string id;        ///< digest, UUID or path
  std::string problem;   ///< what was found and what was expected
  std::vector<std::string> affected;  ///< runs and checkpoints that can no longer restart
};

struct VerifyReport {
  std::uint64_t blob_count = 0;
  std::uint64_t blobs_read = 0;
  std::uint64_t bytes_read = 0;
  std::uint64_t node_count = 0;
  std::uint64_t link_count = 0;
  std::uint64_t checkpoint_count = 0;
  std::vector<Damage> damage;
};

}  // namespace cairn
