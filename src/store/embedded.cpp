#include "store/embedded.h"

#include <cairn/codec.h>
#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>

#include "base/bytes.h"
#include "object/objects.h"

namespace cairn::store {

std::string write_embedded(engine::Staging& staging, const Value& value) {
  return std::string(base::as_text(object::write_object_bytes(staging, encodable(value))));
}

std::string write_map(engine::Staging& staging, std::string_view what, const Value& value) {
  if (value.is<std::monostate>()) return {};
  const Map* map = value.get_if<Map>();
  const auto has_text_key = [](const MapEntry& entry) { return entry.key.is<std::string>(); };
  if (map == nullptr || !std::ranges::all_of(*map, has_text_key))
    throw Error(ErrorCode::invalid_argument, fmt::format("the {}: expected a map with text keys", what));
  return map->size() == 0 ? std::string() : write_embedded(staging, value);
}

Value read_embedded(const engine::BlobSource& blobs, std::string_view bytes) {
  Value value;
  object::read_object_bytes(blobs, base::as_bytes(bytes), [&](const Decoder& in) { value = decode<Value>(in); });
  return value;
}

engine::Bytes StagedBlobs::get_blob(engine::BlobKind kind, const Digest& digest) const {
  if (staging_ == nullptr) return otherwise_.get_blob(kind, digest);
  try {
    return staging_->read(kind, digest);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::not_found) throw;
    return otherwise_.get_blob(kind, digest);
  }
}

}  // namespace cairn::store
