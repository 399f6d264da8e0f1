#include "store/file_memory.h"

#include <cairn/error.h>

#include "format/keys.h"
#include "store/commit.h"

namespace cairn::store {

namespace {

std::string key_of(const object::FileStamp& file) { return format::row::file(file.device, file.inode); }

format::FileTime time_of(const timespec& time) { return {time.tv_sec, static_cast<std::uint32_t>(time.tv_nsec)}; }

}  // namespace

std::optional<format::ContentRef> StoredFileMemory::find(const object::FileStamp& file) const {
  const auto row = find_row(file);
  const bool same = row && row->content.size == file.size && row->modified == time_of(file.modified) &&
                    row->changed == time_of(file.changed);
  return same ? std::optional(row->content) : std::nullopt;
}

std::optional<format::ContentRef> StoredFileMemory::find_earlier(const object::FileStamp& file) const {
  const auto row = find_row(file);
  return row ? std::optional(row->content) : std::nullopt;
}

std::optional<format::FileRow> StoredFileMemory::find_row(const object::FileStamp& file) const {
  const auto bytes = view_->find_row(format::kFileCell, key_of(file));
  if (!bytes) return std::nullopt;
  try {
    return format::decode_file_row(*bytes);
  } catch (const Error&) {
    return std::nullopt;  // a hint that cannot be read is none
  }
}

void StoredFileMemory::remember(const object::FileStamp& file, const format::ContentRef& content) {
  const format::FileRow row{time_of(file.modified), time_of(file.changed), content};
  rows_.push_back({key_of(file), format::encode_file_row(row)});
}

void StoredFileMemory::keep() {
  if (rows_.empty()) return;
  commit_cell(engine_, {format::kFileCell, 0, nullptr, "remember which files were read"}, [&](const engine::View&) {
    engine::Edit edit;
    edit.rows = rows_;
    return edit;
  });
  rows_.clear();
}

void StoredFileMemory::keep_if_possible() noexcept {
  try {
    keep();
  } catch (const std::exception&) {
    // The files are read again next time; whatever is wrong with the store, the next commit says.
  }
}

}  // namespace cairn::store
