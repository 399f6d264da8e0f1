// What the engine keeps of a store on disk, mended so that it can be opened: superblock, witness, records, packs. What records mean
// is for the layers above.
#pragma once

#include <cairn/repair.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace cairn::engine {

struct DiskRepair {
  std::vector<RepairItem> items;
  std::uint64_t lost_commits = 0;
  std::string obstacle;           ///< why the store cannot be opened, even if its witness is ignored; empty if it can
  /// That is because the database of the records is not there, RocksDB refuses it as a whole, or nothing of its rows or nodes can be read.
  bool are_records_lost = false;
};

/// In this order, each step durable before the next, so that it can be ended at any moment and begun again:
///
///   1. A superblock that is damaged is written anew, see superblock_repair.h.
///   2. If commits are lost, the logs of the records and what the packs have behind the recorded ends, which opening the store would
///      remove, are copied to the quarantine.
///   3. If blocks or tables of the records cannot be read, all that can be read goes to a new database in `db.rescued`; then that and `db` exchange
///      their names at once, and the old one goes to the quarantine.
///   4. Rows of the engine's own that are missing or contradict the rest are written: `state`, ends of packs, runs of blobs.
///   5. Packs are mended, see pack_mending.h.
///   6. The witness and the freed epoch are set to what the records have.
///
/// Without `apply` nothing is changed, and only what is wrong now is told. Throws no_store, locked, newer_format, io, no_space.
DiskRepair repair_disk(const std::filesystem::path& store, bool apply);

}  // namespace cairn::engine
