// Carriers: what holds a value, directly or by naming something that does.
#pragma once

#include <string_view>
#include <unordered_map>

#include "engine/engine.h"
#include "format/checkpoint.h"
#include "format/records.h"
#include "format/references.h"

namespace cairn::store {

/// Looks for one object or artifact below others. What cannot be read holds nothing. Not thread-safe. Cost: each object below what is
/// asked for is read once. Memory: some 40 bytes for each of those.
class Carriers {
 public:
  /// `view` must outlive it.
  Carriers(const engine::View& view, const format::BlobReference& value) : view_(view), value_(value) {}

  bool carries(const format::BlobReference& blob);
  bool carries(const Content& content);
  bool carries(const format::CheckpointRecord& checkpoint);
  /// Whether the node's content, attributes or extras do.
  bool carries(const format::NodeRecord& node);

 private:
  bool carries_embedded(std::string_view bytes);
  std::vector<format::BlobReference> named_by(const format::BlobReference& blob) const;

  const engine::View& view_;
  const format::BlobReference value_;
  std::unordered_map<Digest, bool> known_;
};

}  // namespace cairn::store
