#include "object/schema_cache.h"

#include "format/schema.h"

namespace cairn::object {

std::shared_ptr<const Schema> SchemaCache::get(const engine::BlobSource& blobs, const Digest& digest) {
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = schemas_.find(digest); found != schemas_.end()) return found->second;
  }
  auto schema = std::make_shared<const Schema>(
      format::decode_schema(blobs.get_blob(format::BlobKind::schema, digest)));
  const std::lock_guard lock(mutex_);
  if (schemas_.size() >= kSchemasMax) schemas_.clear();  // a store with so many classes is rare
  return schemas_.emplace(digest, std::move(schema)).first->second;
}

}  // namespace cairn::object
