// Decoded schemas by digest, shared by all readers of a store.
#pragma once

#include <cairn/schema.h>

#include <memory>
#include <mutex>
#include <unordered_map>

#include "engine/engine.h"

namespace cairn::object {

/// Holds a bounded number of schemas. Thread-safe. Schemas are immutable, so an entry never goes stale.
class SchemaCache {
 public:
  /// From the cache, or read from `blobs`; throws what get_blob throws, and damaged.
  std::shared_ptr<const Schema> get(const engine::BlobSource& blobs, const Digest& digest);

 private:
  static constexpr std::size_t kSchemasMax = 1024;

  std::mutex mutex_;
  std::unordered_map<Digest, std::shared_ptr<const Schema>> schemas_;
};

}  // namespace cairn::object
