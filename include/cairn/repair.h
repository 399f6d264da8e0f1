// Repair: rebuilding what can be rebuilt of a damaged store, and saying what could not.
#pragma once

#include <cairn/compaction.h>
#include <cairn/verification.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace [[gnu::visibility("default")]] cairn {

/// What is done, in this order: what stands in the way of opening the store is mended (the superblock, a witness that cannot be read or
/// tells of commits that are lost, tables of records with damaged blocks, ends and segments of packs); rows and records that lead
/// nowhere, or cannot be read, are rebuilt from what says the same, or given up; all that is derived is compared with what it is
/// derived from, and what is missing or wrong in it is written anew; blobs that do not match their digests, or are missing, are taken from
/// other stores, or marked as lost. Bytes that are given up are kept in the directory `quarantine` of the store, which nothing reads.
///
/// A lost blob is no new damage to verify, which lists it with the kind "lost", and no obstacle to a collection; whatever stores the same
/// content again ends that.
struct RepairOptions {
  /// Else nothing is changed; the report says what would be, as far as that can be told. If the records are lost as a whole, the lock of
  /// the store is held meanwhile.
  bool apply = false;
  std::vector<std::filesystem::path> from = {};  ///< stores that may have whole copies of blobs; they are only read
  unsigned threads = 0;                          ///< that read blobs; 0: one for each processor
  std::function<void(const CareProgress&)> progress = {};  ///< may be empty
};

/// One thing that was done, or in a dry run would be.
struct RepairItem {
  /// "rebuilt" from what says the same; "replaced" by a copy of another store; "lost": the bytes of a blob that was damaged or missing;
  /// "given up": what was known of the thing is gone; "accepted": it is not there, and no longer missed.
  std::string action;
  std::string kind;         ///< "chunk", "node", "run", "index", "commits", "file" and the like
  std::string id;           ///< digest, UUID, number, name or path; empty if it is about `count` of them
  std::uint64_t count = 1;
  std::string problem;      ///< what was wrong
};

struct RepairReport {
  bool applied = false;
  std::uint64_t lost_commits = 0;   ///< that were acknowledged and are not there
  std::vector<RepairItem> items;    ///< at most 10,000, then counts of what is not listed
  /// What verify finds afterwards, in a dry run before: with the kind "lost", blobs that are known to be lost, and in `affected` the
  /// checkpoints that can no longer restart as a whole.
  std::vector<Damage> remaining;

  bool is_whole() const { return remaining.empty(); }  ///< nothing is wrong, or all was mended
};

}  // namespace cairn
