#include "engine/engine.h"

#include <cairn/error.h>

#include <fmt/format.h>

namespace cairn::engine {

void View::find_records(Record record, std::span<const NodeId> ids, const VisitValue& visit) const {
  for (std::size_t i = 0; i < ids.size(); ++i) visit(i, find_record(record, ids[i]));
}

void View::find_claims(std::span<const std::string> keys, const VisitValue& visit) const {
  for (std::size_t i = 0; i < keys.size(); ++i) visit(i, find_claim(keys[i]));
}

void BlobSource::get_many(BlobKind kind, std::span<const Digest> blobs, const VisitBlob& visit) const {
  for (std::size_t i = 0; i < blobs.size(); ++i) {
    Bytes bytes;
    try {
      bytes = get_blob(kind, blobs[i]);
    } catch (const Error& error) {
      throw Error(error.code(), fmt::format("blob {} of those asked for: {}", i, error.what()));
    }
    visit(i, bytes);
  }
}

void Staging::stage_many(BlobKind kind, std::span<const NewBlob> blobs, std::span<StageResult> results) {
  for (std::size_t i = 0; i < blobs.size(); ++i) results[i] = stage(kind, 0, blobs[i].digest, blobs[i].bytes);
}

}  // namespace cairn::engine
