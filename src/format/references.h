// What a manifest or chunk list refers to: for verification and collection.
#pragma once

#include <cairn/digest.h>

#include <cstddef>
#include <span>
#include <vector>

#include "format/artifact.h"
#include "format/content.h"
#include "format/keys.h"

namespace cairn::format {

/// One blob that another refers to.
struct BlobReference {
  BlobKind kind;
  Digest digest;

  friend bool operator==(const BlobReference&, const BlobReference&) = default;
};

/// Direct references only, in stored order, with repetitions. The decoding ones throw damaged as decode does.
std::vector<BlobReference> content_references(const ContentRef& content);
std::vector<BlobReference> chunk_list_references(std::span<const std::byte> bytes);
std::vector<BlobReference> directory_references(std::span<const std::byte> bytes);
std::vector<BlobReference> artifact_references(std::span<const std::byte> bytes);

}  // namespace cairn::format
