#include "object/object_batch.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <utility>

#include "format/blob.h"
#include "object/blobs.h"

namespace cairn::object {
namespace {

constexpr std::size_t kGroupBytes = 1u << 20;
constexpr std::size_t kGroupObjects = 1024;

}  // namespace

std::vector<std::byte> ObjectBatch::encode(const Encodable& value) {
  try {
    return writer_.write_bytes(value);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::not_found || ends_.empty()) throw;
  }
  stage_group();  // it may name one of the objects that wait
  return writer_.write_bytes(value);
}

void ObjectBatch::add(const Encodable& value) {
  try {
    const std::vector<std::byte> bytes = encode(value);
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    ends_.push_back(bytes_.size());
  } catch (const Error& error) {
    throw Error(error.code(), fmt::format("store object {}: {}", ids_.size() + ends_.size(), error.what()));
  }
  if (bytes_.size() >= kGroupBytes || ends_.size() == kGroupObjects) stage_group();
}

void ObjectBatch::stage_group() {
  blobs_.clear();
  for (std::size_t begin = 0; const std::size_t end : ends_) {
    const auto bytes = std::span<const std::byte>(bytes_).subspan(begin, end - begin);
    blobs_.push_back({format::blob_digest(format::BlobKind::object, 0, bytes), bytes});
    begin = end;
  }
  results_.resize(blobs_.size());
  staging_.stage_many(format::BlobKind::object, blobs_, results_);
  for (std::size_t i = 0; i < blobs_.size(); ++i) {
    const bool clash = results_[i] == engine::StageResult::clash;
    if (!clash) staging_.note_stored(blobs_[i].digest);
    ids_.push_back({clash ? stage_blob(staging_, format::BlobKind::object, blobs_[i].bytes) : blobs_[i].digest});
  }
  bytes_.clear();
  ends_.clear();
}

std::vector<ObjectId> ObjectBatch::finish() {
  stage_group();
  return std::move(ids_);
}

void read_objects(const engine::BlobSource& blobs, std::span<const ObjectId> ids,
                  const std::function<void(const Decoder&)>& read, const std::function<void(std::size_t)>& visit,
                  const ObjectReading& reading) {
  if (ids.empty()) return;
  static_assert(sizeof(ObjectId) == sizeof(Digest));
  const std::span digests(&ids.data()->digest, ids.size());
  const auto decode = [&](std::size_t index, std::span<const std::byte> bytes) {
    try {
      read_object_bytes(blobs, bytes, read, reading);
    } catch (const Error& error) {
      throw Error(error.code(), fmt::format("object {} ({}): {}", index, ids[index].hex(), error.what()));
    }
    visit(index);
  };
  blobs.get_many(format::BlobKind::object, digests, decode);
}

}  // namespace cairn::object
