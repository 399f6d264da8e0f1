// DryStaging: what storing blobs would come to, without storing any.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/engine.h"

namespace cairn::object {

/// Gives blobs the digests that they would get in the store of a view, so that what is stored can be found by its content; also
/// where nothing can be written. Memory: what is not stored, but for chunks, of which digest and size are kept: two of one size
/// and digest are taken for equal. Cannot be published.
class DryStaging final : public engine::Staging {
 public:
  /// `view` must outlive it.
  explicit DryStaging(const engine::View& view) : view_(view) {}

  engine::StageResult stage(engine::BlobKind kind, std::uint8_t probe, const Digest& digest,
                            std::span<const std::byte> bytes) override;
  std::optional<engine::BlobInfo> hold(engine::BlobKind kind, const Digest& digest) override;
  std::vector<std::pair<engine::BlobKind, Digest>> held() const override { return {}; }
  bool goes_to_pack() const override { return false; }
  /// What is stored, and what was staged but for chunks.
  engine::Bytes read(engine::BlobKind kind, const Digest& digest) override;
  std::uint64_t bytes_added() const override { return added_; }
  std::uint64_t bytes_existed() const override { return existed_; }

 private:
  struct Staged {
    engine::BlobInfo info;
    engine::Bytes bytes;
  };

  engine::StageResult compare(engine::BlobKind kind, const Digest& digest, std::span<const std::byte> bytes) const;

  const engine::View& view_;
  std::unordered_map<Digest, Staged> staged_;
  std::uint64_t added_ = 0, existed_ = 0;
};

}  // namespace cairn::object
