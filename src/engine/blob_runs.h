// The runs of blobs that the records name, for who takes blobs out of them.
#pragma once

#include <cstdint>
#include <vector>

#include <rocksdb/write_batch.h>

#include "engine/disk_core.h"

namespace cairn::engine {

/// Memory: 32 bytes a run, which has hundreds of blobs.
class BlobRuns {
 public:
  BlobRuns(const Records& records, const rocksdb::ReadOptions& options);

  /// The run that has the record, if there is one, must go.
  void leave(const format::BlobLocation& location);
  /// All runs of the pack must go.
  void leave_pack(std::uint64_t pack);
  void remove_left(const Records& records, rocksdb::WriteBatch& batch) const;

 private:
  struct Known {
    engine_key::Run run;
    std::uint64_t reach = 0;  // the largest end of this and those before it in the pack
    bool is_left = false;
  };

  void add(const engine_key::Run& run);

  std::vector<Known> runs_;  // by pack and begin
};

}  // namespace cairn::engine
