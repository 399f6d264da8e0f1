// What files held when they were last read, so that those which have not changed since need not be read again.
#pragma once

#include <cstdint>
#include <optional>

#include <sys/stat.h>

#include "engine/engine.h"
#include "format/content.h"

namespace cairn::object {

/// A file at one moment. Two equal ones have the same bytes, provided that the first was at rest.
struct FileStamp {
  std::uint64_t device = 0, inode = 0, size = 0;
  timespec modified{}, changed{};

  explicit FileStamp(const struct stat& status)
      : device(status.st_dev), inode(status.st_ino), size(static_cast<std::uint64_t>(status.st_size)),
        modified(status.st_mtim), changed(status.st_ctim) {}
};

/// Kept by whoever adds. Only a hint: what it names may be gone from the store.
class FileMemory {
 public:
  virtual ~FileMemory() = default;
  virtual std::optional<format::ContentRef> find(const FileStamp& file) const = 0;
  /// What the file held when it was last read, whatever became of it since.
  virtual std::optional<format::ContentRef> find_earlier(const FileStamp& file) const = 0;
  /// What find_earlier names is here, or gone. Safe from several threads.
  virtual const engine::BlobSource& blobs() const = 0;
  /// `file` was read a moment ago, and has not been changed for two seconds at least.
  virtual void remember(const FileStamp& file, const format::ContentRef& content) = 0;
  /// How many were told and are not kept yet.
  virtual std::size_t unkept() const = 0;
  /// Keeps what it was told. All that it names must be durable.
  virtual void keep() = 0;
};

}  // namespace cairn::object
