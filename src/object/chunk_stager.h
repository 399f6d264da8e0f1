// Chunks of files, cut already, into a store.
#pragma once

#include <optional>
#include <vector>

#include "object/chunk_tree.h"
#include "object/cut_file.h"

namespace cairn::object {

/// Stages batch after batch, and names the content of each file when it has ended.
class ChunkStager {
 public:
  struct File {
    format::ContentRef content;
    CutBatch::FileEnd end;
  };

  explicit ChunkStager(engine::Staging& staging) : staging_(staging), tree_(staging) {}

  /// The files that end in the batch, in order. Throws as stage_blob. After that nothing more can be staged.
  std::vector<File> stage(CutBatch& batch);

 private:
  std::vector<Digest> stage_pieces(const CutBatch& batch);

  engine::Staging& staging_;
  ChunkTree tree_;  // of the file whose end has not come
  std::size_t staged_ = 0;  // since the last spill
  std::vector<engine::NewBlob> blobs_;
  std::vector<engine::StageResult> results_;
};

}  // namespace cairn::object
