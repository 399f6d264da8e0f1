// Collection and compaction: giving back what nothing refers to, and packing what stays.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace [[gnu::visibility("default")]] cairn {

/// How far a long piece of work has come.
struct CareProgress {
  std::string_view stage;   ///< "mark", "sweep", "move", "records"
  std::uint64_t done = 0;   ///< blobs or bytes of this stage
  std::uint64_t total = 0;  ///< 0 if not known
};

struct CollectOptions {
  bool dry_run = false;                                    ///< nothing is changed; the report says what would be
  std::optional<std::chrono::nanoseconds> time_max = {};   ///< ends soon after, and may be gone on with by another call
  std::function<void(const CareProgress&)> progress = {};  ///< may be empty
};

struct CompactOptions {
  bool dry_run = false;
  std::optional<std::chrono::nanoseconds> time_max = {};
  std::optional<int> zstd_level = {};  ///< 1 to 19: blobs are compressed anew, and kept so where that makes them smaller
  std::function<void(const CareProgress&)> progress = {};
};

/// Bytes that stay, and the first thing that was found to need them.
struct KeptBytes {
  std::string kind;  ///< "run", "node type", "tag"
  std::string name;
  std::uint64_t bytes = 0;  ///< stored bytes of blobs
};

/// What a collection did, or in a dry run would do. Bytes are stored bytes: compressed, with their headers in packs.
struct CollectReport {
  std::uint64_t kept_count = 0;     ///< blobs that something refers to
  std::uint64_t kept_bytes = 0;
  std::uint64_t freed_count = 0;    ///< blobs that nothing refers to, removed
  std::uint64_t freed_bytes = 0;
  std::uint64_t returned_bytes = 0; ///< given back to the file system: holes punched, packs unlinked
  std::uint64_t waiting_bytes = 0;  ///< freed, but readers may still look at them: given back by a later commit or collection
  std::uint64_t moved_bytes = 0;    ///< written anew elsewhere, so that their pack could go
  bool complete = true;             ///< false if time_max ended it
  std::vector<KeptBytes> kept;      ///< largest first, at most 100
};

struct CompactReport {
  CollectReport collected;
  std::uint64_t disk_bytes_before = 0;  ///< as StoreStats::disk_bytes
  std::uint64_t disk_bytes_after = 0;
  bool complete = true;
};

}  // namespace cairn
