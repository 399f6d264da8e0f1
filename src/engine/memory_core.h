// What the parts of the memory engine share.
#pragma once

#include <cstdint>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <shared_mutex>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "engine/digest_log.h"
#include "engine/engine.h"

namespace cairn::engine {

struct MemoryVersion {
  std::uint64_t commit;
  std::optional<std::string> value;
};

struct MemoryBlob {
  BlobInfo info;
  Bytes bytes;
};

/// A blob that was collected, for views of states before that commit.
struct RemovedBlob {
  std::uint64_t commit;
  MemoryBlob blob;
};

/// Everything the engine holds. Readers see the versions up to the commit their view was taken at.
struct Memory {
  mutable std::shared_mutex mutex;
  /// One ordered table of versioned values; the first byte of a key is its family.
  std::map<std::string, std::vector<MemoryVersion>, std::less<>> table;
  std::unordered_map<Digest, MemoryBlob> blobs;
  std::unordered_map<CellId, CellHeader> cells;
  std::uint64_t commits = 0;
  std::uint64_t publishes = 0;
  std::uint64_t collisions = 0;

  // ---- Collection ----
  std::set<const std::unordered_set<Digest>*> holds;  // of each staging; changed with the mutex held
  DigestLog* touched = nullptr;                       // while something is collected
  std::multiset<std::uint64_t> views;                 // the commits they were taken at
  std::unordered_map<Digest, std::vector<RemovedBlob>> removed;  // that some view may still see

  void put(std::string key, std::optional<std::string> value) { table[std::move(key)].push_back({commits, std::move(value)}); }
  /// What a view of that commit sees; nullptr if there is none.
  const MemoryBlob* find(const Digest& digest, std::uint64_t commit) const {
    if (const auto found = blobs.find(digest); found != blobs.end()) return &found->second;
    if (const auto found = removed.find(digest); found != removed.end())
      for (const RemovedBlob& one : found->second)
        if (commit < one.commit) return &one.blob;
    return nullptr;
  }
  /// Frees what no view can see any more.
  void forget_removed() {
    const std::uint64_t oldest = views.empty() ? UINT64_MAX : *views.begin();
    for (auto entry = removed.begin(); entry != removed.end();) {
      std::erase_if(entry->second, [&](const RemovedBlob& one) { return one.commit <= oldest; });
      entry = entry->second.empty() ? removed.erase(entry) : std::next(entry);
    }
  }
};

}  // namespace cairn::engine
