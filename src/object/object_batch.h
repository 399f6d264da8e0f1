// Many objects in and out of the store at once.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "object/objects.h"

namespace cairn::object {

/// Writes objects into one staging, a group of them at a time. Memory: a group of about 1 MiB, and the ids.
class ObjectBatch {
 public:
  ObjectBatch(engine::Staging& staging, const format::ObjectOptions& options)
      : staging_(staging), writer_(staging, options) {}

  /// Throws as ObjectWriter::write, with the index of the value.
  void add(const Encodable& value);
  /// Stages what has not been staged yet. The ids of all values, in their order.
  std::vector<ObjectId> finish();

 private:
  std::vector<std::byte> encode(const Encodable& value);
  void stage_group();

  engine::Staging& staging_;
  ObjectWriter writer_;
  std::vector<ObjectId> ids_;      // of staged objects
  std::vector<std::byte> bytes_;   // of those behind them, one after the other
  std::vector<std::size_t> ends_;
  std::vector<engine::NewBlob> blobs_;
  std::vector<engine::StageResult> results_;
};

/// Calls `read` with the value and then `visit` with the index of each of `ids`, in any order. Throws as read_object,
/// naming index and id, and what `visit` throws as it is.
void read_objects(const engine::BlobSource& blobs, std::span<const ObjectId> ids,
                  const std::function<void(const Decoder&)>& read, const std::function<void(std::size_t)>& visit,
                  const ObjectReading& reading);

}  // namespace cairn::object
