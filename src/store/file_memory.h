// The memory of files that were read, kept in the store itself.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "format/file_row.h"
#include "object/file_memory.h"

namespace cairn::store {

/// Sees what was kept when it was made. For one adding.
class StoredFileMemory : public object::FileMemory {
 public:
  explicit StoredFileMemory(engine::Engine& engine) : engine_(engine), view_(engine.view()) {}

  std::optional<format::ContentRef> find(const object::FileStamp& file) const override;
  std::optional<format::ContentRef> find_earlier(const object::FileStamp& file) const override;
  const engine::BlobSource& blobs() const override { return *view_; }
  void remember(const object::FileStamp& file, const format::ContentRef& content) override;
  std::size_t unkept() const override { return rows_.size(); }
  void keep() override;
  /// As keep(); what cannot be kept is forgotten. For when all that matters has been committed.
  void keep_if_possible() noexcept;

 private:
  std::optional<format::FileRow> find_row(const object::FileStamp& file) const;

  engine::Engine& engine_;
  std::unique_ptr<engine::View> view_;
  std::vector<engine::RowEdit> rows_;
};

}  // namespace cairn::store
