// Salvage: makes the records of a store anew from its packs, when its own are lost. What comes back are checkpoints that were
// committed to packs, with their runs, tags and forks; see schema/FORMAT.md, "Salvage".
#pragma once

#include <cairn/checkpoint.h>
#include <cairn/uuid.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "engine/lock_file.h"

namespace cairn::store {

/// A run that has checkpoints again.
struct SalvagedRun {
  Uuid uuid;
  std::string name;
  std::string former_name = {};        ///< if another run has that name; else empty
  std::string forked_from = {};        ///< name of the run, if that has checkpoints again that this one goes on from
  std::uint64_t checkpoint_count = 0;  ///< that it made and that are there
  std::uint64_t missing_count = 0;     ///< numbers between these that lead to nothing: not committed to a pack, removed, or damaged
  std::int64_t newest_step = 0;
};

/// A checkpoint that was found and cannot be restored.
struct LostCheckpoint {
  CheckpointId id;
  std::string run;
  std::uint64_t sequence = 0;
  std::int64_t step = 0;
  std::string problem;
};

struct SalvageReport {
  static constexpr std::size_t kListedMost = 1000;

  std::uint64_t pack_count = 0;
  std::uint64_t pack_bytes = 0;
  std::uint64_t blob_count = 0;    ///< distinct ones that are whole
  std::uint64_t broken_count = 0;  ///< records in packs that are not whole: damaged ones, and what is left of removed ones
  std::uint64_t checkpoint_count = 0;       ///< restored
  std::uint64_t lost_checkpoint_count = 0;  ///< found and not restored
  std::vector<SalvagedRun> runs = {};               ///< those from which others were forked first
  std::vector<LostCheckpoint> lost_checkpoints = {}; ///< the first kListedMost of them
  std::vector<std::string> problems = {};  ///< of packs, superblock and witness, in words
  std::vector<std::string> lost = {};      ///< what does not come back, in words
  std::filesystem::path former_records = {};  ///< where the records that the store had are now; empty if it had none
};

struct SalvageOptions {
  bool is_dry = false;  ///< only tells what would be there: in the end nothing is changed
  /// Gets bytes of packs; may be empty.
  std::function<void(std::uint64_t done, std::uint64_t total)> progress = {};
};

/// Makes new records beside those in `db`, whatever state these are in, then puts them in their place, durable when it returns.
/// Nothing is removed: `db` gets another name, and packs stay as they are. Before that a crash, or what is thrown, leaves all as it
/// was, and it can be called again. `lock` is that of the store. The superblock is written anew if it is missing or damaged: with
/// another UUID then, of which packs know the last half.
/// Cost: reads all of the packs once, and all blobs that refer to others once more. Memory: 64 MiB and two bits a blob, some
/// hundred bytes a run, and the largest blob. On disk: the new records, meanwhile twice that. Throws no_store, newer_format,
/// damaged if there is neither a superblock nor a pack, no_space, io.
SalvageReport salvage(const std::filesystem::path& store, const engine::LockFile& lock, const SalvageOptions& options = {});

}  // namespace cairn::store
