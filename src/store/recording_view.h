// RecordingView: a view for reading what the store itself refers to. A blob that is missing is damage, and the chunks that
// were read, and so compared with their digests, are remembered.
#pragma once

#include <cairn/error.h>

#include <mutex>
#include <unordered_set>

#include "engine/engine.h"

namespace cairn::store {

/// `view` must outlive it. Memory: a digest a chunk.
class RecordingView : public engine::View {
 public:
  explicit RecordingView(const engine::View& view) : view_(view) {}

  /// What was read so far; not while others read.
  const std::unordered_set<Digest>& chunks() const { return chunks_; }

  engine::Bytes get_blob(engine::BlobKind kind, const Digest& digest) const override {
    engine::Bytes bytes = get_present(kind, digest);
    if (kind == engine::BlobKind::chunk) {
      std::lock_guard lock(mutex_);
      chunks_.insert(digest);
    }
    return bytes;
  }

  std::optional<engine::BlobInfo> find_blob(const Digest& digest) const override { return view_.find_blob(digest); }
  void list_blobs(const std::function<bool(const Digest&, const engine::BlobInfo&)>& visit) const override {
    view_.list_blobs(visit);
  }
  std::vector<Digest> blobs_with_prefix(std::string_view prefix, std::size_t most) const override {
    return view_.blobs_with_prefix(prefix, most);
  }
  std::uint64_t commits() const override { return view_.commits(); }
  engine::CellHeader cell(engine::CellId cell) const override { return view_.cell(cell); }
  std::optional<std::string> find_row(engine::CellId cell, std::string_view key) const override {
    return view_.find_row(cell, key);
  }
  std::unique_ptr<engine::Cursor> rows(engine::CellId cell) const override { return view_.rows(cell); }
  std::optional<std::string> find_record(engine::Record record, engine::NodeId id) const override {
    return view_.find_record(record, id);
  }
  std::unique_ptr<engine::Cursor> records(engine::Record record) const override { return view_.records(record); }
  std::optional<std::string> find_claim(std::string_view key) const override { return view_.find_claim(key); }
  std::unique_ptr<engine::Cursor> claims() const override { return view_.claims(); }
  std::optional<std::string> find_index(std::string_view key) const override { return view_.find_index(key); }
  std::unique_ptr<engine::Cursor> indexes() const override { return view_.indexes(); }

 private:
  engine::Bytes get_present(engine::BlobKind kind, const Digest& digest) const {
    try {
      return view_.get_blob(kind, digest);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::not_found) throw;
      throw Error(ErrorCode::damaged, error.what());
    }
  }

  const engine::View& view_;
  mutable std::mutex mutex_;
  mutable std::unordered_set<Digest> chunks_;
};

}  // namespace cairn::store
