// The engine of a store on disk: records in RocksDB, large blobs in packs.
#pragma once

#include <cairn/compression.h>

#include <cstdint>
#include <filesystem>
#include <memory>

#include "engine/engine.h"

namespace cairn::engine {

struct DiskOptions {
  bool create = true;
  bool read_only = false;
  bool ignore_witness = false;  ///< for reading alone: also opened if commits are lost
  std::uint64_t memory_bytes = 64u << 20;
  int background_threads = 2;
  std::uint32_t directory_mode = 0700;
  Compression compression = Compression::lz4;
  std::uint64_t pack_bytes_max = 1ull << 30;  ///< when a pack has so many, the next one begins
};

/// Opens the store at `path`. Throws no_store, locked, newer_format, damaged, no_space, io; the store is then as it
/// was before.
std::unique_ptr<Engine> open_disk_engine(const std::filesystem::path& path, const DiskOptions& options);

}  // namespace cairn::engine
