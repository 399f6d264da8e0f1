// ForwardingView: another view, of which some reads are to be done otherwise.
#pragma once

#include "engine/engine.h"

namespace cairn::store {

/// Passes all on to `view`, which must outlive it.
class ForwardingView : public engine::View {
 public:
  explicit ForwardingView(const engine::View& view) : view_(view) {}

  engine::Bytes get_blob(engine::BlobKind kind, const Digest& digest) const override { return view_.get_blob(kind, digest); }
  void get_many(engine::BlobKind kind, std::span<const Digest> blobs, const engine::VisitBlob& visit) const override {
    view_.get_many(kind, blobs, visit);
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
  void find_records(engine::Record record, std::span<const engine::NodeId> ids, const engine::VisitValue& visit) const override {
    view_.find_records(record, ids, visit);
  }
  std::unique_ptr<engine::Cursor> records(engine::Record record) const override { return view_.records(record); }
  std::optional<std::string> find_claim(std::string_view key) const override { return view_.find_claim(key); }
  void find_claims(std::span<const std::string> keys, const engine::VisitValue& visit) const override {
    view_.find_claims(keys, visit);
  }
  std::unique_ptr<engine::Cursor> claims() const override { return view_.claims(); }
  std::optional<std::string> find_index(std::string_view key) const override { return view_.find_index(key); }
  std::unique_ptr<engine::Cursor> indexes() const override { return view_.indexes(); }

 protected:
  const engine::View& view() const { return view_; }

 private:
  const engine::View& view_;
};

}  // namespace cairn::store
