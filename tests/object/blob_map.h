// Blobs in a map that tests can look into and spoil: a Staging and a View over it, cells and indexes left out.
#pragma once

#include <cairn/error.h>

#include <atomic>
#include <map>
#include <set>
#include <stdexcept>

#include "engine/engine.h"
#include "format/blob.h"
#include "object/blobs.h"

namespace cairn::object {

struct BlobMap {
  struct Blob {
    engine::BlobKind kind;
    engine::Bytes bytes;
  };

  std::map<Digest, Blob> blobs;
  mutable std::uint64_t reads = 0;

  std::size_t count(engine::BlobKind kind) const {
    std::size_t found = 0;
    for (const auto& [digest, blob] : blobs) found += blob.kind == kind;
    return found;
  }
  /// The digest of some blob of `kind`.
  Digest any(engine::BlobKind kind) const {
    for (const auto& [digest, blob] : blobs)
      if (blob.kind == kind) return digest;
    throw std::logic_error("no blob of this kind");
  }
  /// Flips one bit of a stored blob.
  void damage(const Digest& digest) { blobs.at(digest).bytes.at(0) ^= std::byte{1}; }
};

class MapStaging : public engine::Staging {
 public:
  explicit MapStaging(BlobMap& map) : map_(map) {}

  engine::StageResult stage(engine::BlobKind kind, std::uint8_t, const Digest& digest,
                            std::span<const std::byte> bytes) override {
    const bool added = map_.blobs.try_emplace(digest, kind, engine::Bytes(bytes.begin(), bytes.end())).second;
    (added ? added_ : existed_) += bytes.size();
    return added ? engine::StageResult::added : engine::StageResult::existed;
  }
  std::optional<engine::BlobInfo> hold(engine::BlobKind kind, const Digest& digest) override {
    const auto found = map_.blobs.find(digest);
    if (found == map_.blobs.end() || found->second.kind != kind) return std::nullopt;
    if (held_digests.insert(digest).second) named_.emplace_back(kind, digest);
    const std::uint64_t size = found->second.bytes.size();
    return engine::BlobInfo{kind, 0, size, size, false};
  }
  engine::Bytes read(engine::BlobKind, const Digest& digest) override {
    const auto found = map_.blobs.find(digest);
    if (found == map_.blobs.end()) throw Error(ErrorCode::not_found, "read blob: not staged");
    return found->second.bytes;
  }
  std::uint64_t bytes_added() const override { return added_; }
  std::uint64_t bytes_existed() const override { return existed_; }

  std::vector<std::pair<engine::BlobKind, Digest>> held() const override { return named_; }
  bool goes_to_pack() const override { return to_pack; }

  std::set<Digest> held_digests;
  bool to_pack = false;

 private:
  std::vector<std::pair<engine::BlobKind, Digest>> named_;
  BlobMap& map_;
  std::uint64_t added_ = 0, existed_ = 0;
};

class MapView : public engine::View {
 public:
  explicit MapView(const BlobMap& map) : map_(map) {}

  engine::Bytes get_blob(engine::BlobKind kind, const Digest& digest) const override {
    ++std::atomic_ref(map_.reads);  // also asked by several threads
    const auto found = map_.blobs.find(digest);
    if (found == map_.blobs.end()) throw Error(ErrorCode::not_found, "read blob: not there");
    const BlobMap::Blob& blob = found->second;
    if (blob.kind != kind || format::blob_digest(kind, 0, blob.bytes) != digest)
      throw Error(ErrorCode::damaged, "read blob: kind or digest differ");
    return blob.bytes;
  }

  std::optional<engine::BlobInfo> find_blob(const Digest& digest) const override {
    const auto found = map_.blobs.find(digest);
    if (found == map_.blobs.end()) return std::nullopt;
    const std::uint64_t size = found->second.bytes.size();
    return engine::BlobInfo{found->second.kind, 0, size, size, false};
  }
  void list_blobs(const std::function<bool(const Digest&, const engine::BlobInfo&)>&) const override { unused(); }
  std::vector<Digest> blobs_with_prefix(std::string_view, std::size_t) const override { unused(); }
  std::uint64_t commits() const override { unused(); }
  engine::CellHeader cell(engine::CellId) const override { unused(); }
  std::optional<std::string> find_row(engine::CellId, std::string_view) const override { unused(); }
  std::unique_ptr<engine::Cursor> rows(engine::CellId) const override { unused(); }
  std::optional<std::string> find_record(engine::Record, engine::NodeId) const override { unused(); }
  std::unique_ptr<engine::Cursor> records(engine::Record) const override { unused(); }
  std::optional<std::string> find_claim(std::string_view) const override { unused(); }
  std::unique_ptr<engine::Cursor> claims() const override { unused(); }
  std::optional<std::string> find_index(std::string_view) const override { unused(); }
  std::unique_ptr<engine::Cursor> indexes() const override { unused(); }

 private:
  [[noreturn]] static void unused() { throw std::logic_error("not part of a MapView"); }

  const BlobMap& map_;
};

}  // namespace cairn::object
