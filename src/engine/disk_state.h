// DiskState: one state of a store on disk, kept whole for as long as somebody looks at it.
#pragma once

#include <cstdint>
#include <memory>

#include <rocksdb/options.h>

#include "engine/disk_core.h"

namespace cairn::engine {

/// What it names in packs is not given back while it lives, unless it has been outdated for a day: see FORMAT.md, "Collection".
class DiskState {
 public:
  /// The newest state of a writer; that of `records`, which keep their lock, for a reader.
  DiskState(std::shared_ptr<const DiskCore> core, std::shared_ptr<const Records> records);
  ~DiskState();
  DiskState(const DiskState&) = delete;
  DiskState& operator=(const DiskState&) = delete;

  const DiskCore& core() const { return *core_; }
  const Records& records() const { return *records_; }
  /// How the records are to be read.
  const rocksdb::ReadOptions& reading() const { return reading_; }
  std::uint64_t epoch() const { return epoch_; }
  /// What is missing in it may have been given back.
  bool is_expired() const;

 private:
  const std::shared_ptr<const DiskCore> core_;
  const std::shared_ptr<const Records> records_;
  rocksdb::ReadOptions reading_;
  std::uint64_t epoch_ = 0;
};

}  // namespace cairn::engine
