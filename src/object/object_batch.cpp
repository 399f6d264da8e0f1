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
    if (error.code() != ErrorCode::not_found || group_.empty()) throw;
  }
  stage_group();  // it may name one of the objects that wait
  return writer_.write_bytes(value);
}

void ObjectBatch::add(const Encodable& value) {
  try {
    std::vector<std::byte> bytes = encode(value);
    group_bytes_ += bytes.size();
    group_.push_back(std::move(bytes));
  } catch (const Error& error) {
    throw Error(error.code(), fmt::format("store object {}: {}", ids_.size() + group_.size(), error.what()));
  }
  if (group_bytes_ >= kGroupBytes || group_.size() == kGroupObjects) stage_group();
}

void ObjectBatch::stage_group() {
  blobs_.clear();
  for (const std::vector<std::byte>& bytes : group_)
    blobs_.push_back({format::blob_digest(format::BlobKind::object, 0, bytes), bytes});
  results_.resize(blobs_.size());
  staging_.stage_many(format::BlobKind::object, blobs_, results_);
  for (std::size_t i = 0; i < blobs_.size(); ++i) {
    const bool clash = results_[i] == engine::StageResult::clash;
    ids_.push_back({clash ? stage_blob(staging_, format::BlobKind::object, blobs_[i].bytes) : blobs_[i].digest});
  }
  group_.clear();
  group_bytes_ = 0;
}

std::vector<ObjectId> ObjectBatch::finish() {
  stage_group();
  return std::move(ids_);
}

void read_objects(const engine::View& view, std::span<const ObjectId> ids,
                  const std::function<void(const Decoder&)>& read, const std::function<void(std::size_t)>& visit,
                  const ObjectReading& reading) {
  if (ids.empty()) return;
  static_assert(sizeof(ObjectId) == sizeof(Digest));
  const std::span digests(&ids.data()->digest, ids.size());
  const auto decode = [&](std::size_t index, std::span<const std::byte> bytes) {
    try {
      read_object_bytes(view, bytes, read, reading);
    } catch (const Error& error) {
      throw Error(error.code(), fmt::format("object {} ({}): {}", index, ids[index].hex(), error.what()));
    }
    visit(index);
  };
  view.get_many(format::BlobKind::object, digests, decode);
}

}  // namespace cairn::object
