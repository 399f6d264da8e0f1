// Marker: marks blobs that are needed, and all that they refer to.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <unordered_set>
#include <vector>

#include "engine/blob_marks.h"
#include "object/references.h"
#include "store/kept_bytes.h"
#include "store/work_list.h"

namespace cairn::store {

/// The store behind a Marker.
struct MarkedStore {
  engine::Engine& engine;
  const engine::View& view;
  std::filesystem::path scratch;  ///< where what does not fit into memory may go; empty: nowhere
};

/// For one thread. Chunks and schemas are not read. Memory: 16 MiB, beside what one blob names and the blobs that were purged.
class Marker {
 public:
  /// `may_go_on` is asked now and then; once it is false, nothing more is marked. All must outlive it.
  Marker(const MarkedStore& store, engine::BlobMarks& marks, const std::function<bool()>& may_go_on);

  /// Marks the blob, unless it was purged. What it refers to is marked by finish() at the latest. Throws damaged if it is missing or
  /// cannot be read and may refer to others: nobody knows then what else is needed. What a repair marked as lost may be missing.
  void add(const object::BlobReference& blob, std::uint32_t reason);
  /// As add(), for a blob that is kept alive although it may have been purged.
  void add_touched(const object::BlobReference& blob, std::uint32_t reason);
  void finish();

  bool was_stopped() const { return stopped_; }
  std::uint64_t marked_count() const { return marked_; }
  KeptReasons& reasons() { return reasons_; }

 private:
  struct Open {
    std::uint64_t number;
    std::uint32_t reason;
    engine::BlobKind kind;
  };

  void read_purged();
  void mark(const object::BlobReference& blob, std::uint32_t reason);
  void follow_some();
  void follow(const Open& from, std::span<const std::byte> bytes);
  void read_each(const std::vector<Open>& batch, const std::vector<Digest>& digests);

  const MarkedStore store_;
  engine::BlobMarks& marks_;
  const std::function<bool()>& may_go_on_;
  std::unordered_set<Digest> purged_;
  WorkList<Open> open_;
  KeptReasons reasons_;
  std::uint64_t marked_ = 0;
  bool stopped_ = false;
};

}  // namespace cairn::store
