// Backups: copies of a store, as of one moment, that are stores themselves.
//
// A backup is a directory that Store::open and the command read like any store, with the same UUID. Made again into the same
// directory it gets what is new. Until all of that is durable, and if it is killed or the disk is full, the directory shows what
// it showed before. It is not to be written to: a store that goes on from a backup is one of its own, and no later backup of the
// first one may be made into it; that is refused. Copy its directory, or back it up, and open that.
#pragma once

#include <cairn/compaction.h>
#include <cairn/node.h>
#include <cairn/uuid.h>

#include <cstdint>
#include <functional>

namespace [[gnu::visibility("default")]] cairn {

/// Store::back_up(directory, options) copies what the store holds when it is called; of a reader, what that sees. Others may commit,
/// collect and read meanwhile, in any process. Commits that wait to be durable (Durability::async) are not in it.
///
/// Large blobs lie in packs, of which only bytes are copied that the backup has not: none where the file system can let both
/// files share blocks (reflinks), and never by hard links. Packs that the store needs no more go, after the new state is durable;
/// what a collection took out of packs that stay is not given back. Records are compared one by one and what differs is written.
///
/// Errors: invalid_argument if the directory is in the store, or the store in memory; exists if it holds anything but a backup of this
/// store; conflict if that was written to, or is not an earlier state of the store; locked if another backup into it is under way;
/// damaged if something does not match its digest, and then the first of it; no_space, io; expired if readers may not look at so
/// old a state any more, which takes a day. In all cases the directory shows what it showed before, and what was copied is found
/// by the next call; after no_space it is given back.
///
/// Cost: the new bytes of packs are read and written, and read again to be verified; all records of both are read. On disk: what is
/// new, and 32 MiB meanwhile. Memory: some 100 MiB, and 8 MiB a thread.
struct BackupOptions {
  /// Read back what is new, from the backup, and compare it with its digests. Without it damage is copied as it is.
  bool verify = true;
  unsigned threads = 0;  ///< that do so; 0: one for each processor
  /// Stages: "packs" and "verify" in bytes, "records" in rows. What it throws is passed on. May be empty.
  std::function<void(const CareProgress&)> progress = {};
};

/// Bytes are those of packs unless it says otherwise.
struct BackupReport {
  Uuid uuid;                  ///< of both
  Timestamp moment{};         ///< when it was taken
  std::uint64_t commits = 0;  ///< that it shows
  std::uint64_t commits_new = 0;      ///< of these, since the earlier backup
  bool is_first = false;              ///< there was no earlier one
  std::uint64_t pack_count = 0;
  std::uint64_t shared_bytes = 0;     ///< that the earlier backup had
  std::uint64_t resumed_bytes = 0;    ///< that a call which did not come to its end had copied
  std::uint64_t reflinked_bytes = 0;  ///< that the file system shares between store and backup
  std::uint64_t copied_bytes = 0;     ///< without holes
  std::uint64_t verified_count = 0;   ///< blobs that were read back and match
  std::uint64_t verified_bytes = 0;   ///< of these blobs
  std::uint64_t row_count = 0;        ///< records that were written or taken out
  std::uint64_t row_bytes = 0;        ///< of these
  std::uint64_t removed_bytes = 0;    ///< of packs that are needed no more
};

}  // namespace cairn
