// The file system as RocksDB sees it: the real one, except that it is never full.
#pragma once

#include <atomic>
#include <memory>

#include <rocksdb/file_system.h>
#include <sys/types.h>

#include "engine/space_guard.h"

namespace cairn::engine {

/// Wraps the default file system. A write that finds no room gives the ballast back and goes on where it stopped;
/// only when that does not help either is RocksDB told. `guard` must outlive the file system.
/// New files get `mode`. Once `records_failed` is set no table is deleted: a manifest whose sync has failed may name it all
/// the same, and RocksDB would not open without it. What it does not name goes when the database is opened again.
std::shared_ptr<rocksdb::FileSystem> make_guarded_file_system(SpaceGuard& guard, mode_t mode,
                                                              const std::atomic<bool>& records_failed);

}  // namespace cairn::engine
