// An engine in memory that counts what is read from it: rows, claims, blobs, and moves of cursors over rows.
#pragma once

#include <memory>
#include <utility>

#include "store/failing_engine.h"
#include "store/recording_view.h"

namespace cairn::test {

class CountingCursor : public engine::Cursor {
 public:
  CountingCursor(std::unique_ptr<engine::Cursor> cursor, std::atomic<std::uint64_t>& reads) : cursor_(std::move(cursor)), reads_(reads) {}
  bool seek(std::string_view key) override { return ++reads_, cursor_->seek(key); }
  bool seek_back(std::string_view key) override { return ++reads_, cursor_->seek_back(key); }
  bool next() override { return ++reads_, cursor_->next(); }
  bool previous() override { return ++reads_, cursor_->previous(); }
  std::string_view key() const override { return cursor_->key(); }
  std::string_view value() const override { return cursor_->value(); }

 private:
  std::unique_ptr<engine::Cursor> cursor_;
  std::atomic<std::uint64_t>& reads_;
};

struct OwnedView {
  std::unique_ptr<engine::View> owned;
};

class CountingView : private OwnedView, public store::RecordingView {
 public:
  CountingView(std::unique_ptr<engine::View> view, std::atomic<std::uint64_t>& reads)
      : OwnedView{std::move(view)}, RecordingView(*owned), reads_(reads) {}

  engine::Bytes get_blob(engine::BlobKind kind, const Digest& digest) const override {
    return ++reads_, RecordingView::get_blob(kind, digest);
  }
  std::optional<std::string> find_row(engine::CellId cell, std::string_view key) const override {
    return ++reads_, RecordingView::find_row(cell, key);
  }
  std::unique_ptr<engine::Cursor> rows(engine::CellId cell) const override {
    return std::make_unique<CountingCursor>(RecordingView::rows(cell), reads_);
  }
  std::optional<std::string> find_claim(std::string_view key) const override { return ++reads_, RecordingView::find_claim(key); }

 private:
  std::atomic<std::uint64_t>& reads_;
};

class CountingEngine : public FailingEngine {
 public:
  mutable std::atomic<std::uint64_t> reads = 0;

  std::unique_ptr<engine::View> view() const override { return std::make_unique<CountingView>(FailingEngine::view(), reads); }
};

}  // namespace cairn::test
