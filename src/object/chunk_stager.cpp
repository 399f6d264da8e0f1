#include "object/chunk_stager.h"

#include "object/blobs.h"

namespace cairn::object {

namespace {

constexpr std::size_t kSpillEvery = 16384;  // chunks: 6 MiB of what a staging keeps of each

}  // namespace

std::vector<ChunkStager::File> ChunkStager::stage(CutBatch& batch) {
  const std::vector<Digest> digests = stage_pieces(batch);
  std::vector<File> files;
  std::size_t at = 0;
  const auto add_until = [&](std::size_t end) {
    for (; at < end; ++at) tree_.add({digests[at], batch.pieces[at].size});
  };
  for (CutBatch::FileEnd& end : batch.ends) {
    add_until(end.pieces);
    files.push_back({tree_.finish(), std::move(end)});
    tree_ = ChunkTree(staging_);
  }
  add_until(batch.pieces.size());
  staged_ += batch.pieces.size();
  if (staged_ >= kSpillEvery) {
    staging_.spill();
    staged_ = 0;
  }
  return files;
}

// What names the pieces from now on; all zero for a hole.
std::vector<Digest> ChunkStager::stage_pieces(const CutBatch& batch) {
  constexpr auto kKind = engine::BlobKind::chunk;
  blobs_.clear();
  for (const CutBatch::Piece& piece : batch.pieces)
    if (!piece.is_hole && piece.digest != Digest{}) blobs_.push_back({piece.digest, batch.bytes(piece)});
  results_.resize(blobs_.size());
  staging_.stage_many(kKind, blobs_, results_);
  std::vector<Digest> digests;
  auto result = results_.begin();
  for (const CutBatch::Piece& piece : batch.pieces) {
    Digest digest = piece.digest;
    if (!piece.is_hole && (digest == Digest{} || *result++ == engine::StageResult::clash))
      digest = stage_blob(staging_, kKind, batch.bytes(piece));
    digests.push_back(digest);
  }
  return digests;
}

}  // namespace cairn::object
