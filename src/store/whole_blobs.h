// WholeBlobs: which blobs are in the store with all that they refer to.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "engine/blob_marks.h"
#include "engine/engine.h"
#include "object/references.h"
#include "store/work_list.h"

namespace cairn::store {

/// For one thread. Memory: 16 MiB, two bits a blob, and the largest blob that refers to others.
class WholeBlobs {
 public:
  /// Of the blobs of `view`, which must outlive it. What does not fit into memory goes to scratch files in that directory. Cost: lists
  /// all blobs.
  WholeBlobs(const engine::View& view, const std::filesystem::path& scratch);

  /// Cost: reads each blob that refers to others once, and some twice, however often and in how many ways it is asked for. That the
  /// bytes of others, chunks above all, are right is for who entered them. Throws io, no_space.
  bool has_all(const object::BlobReference& root);

 private:
  struct Open {
    std::uint64_t number;
    engine::BlobKind kind;
    bool is_second;  // what it refers to was looked at
  };

  void look_at(const Open& open);
  bool is_broken(const object::BlobReference& blob) const;

  const engine::View& view_;
  engine::BlobMarks seen_;
  std::vector<bool> broken_;  // by number
  WorkList<Open> open_;
};

}  // namespace cairn::store
