// What is remembered of a file that was added: schema/FORMAT.md, "Files that were read".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "format/content.h"

namespace cairn::format {

struct FileTime {
  std::int64_t seconds = 0;
  std::uint32_t nanoseconds = 0;

  friend bool operator==(const FileTime&, const FileTime&) = default;
};

/// A file as it was when its content was read.
struct FileRow {
  FileTime modified, changed;
  ContentRef content;  ///< its size is that of the file

  friend bool operator==(const FileRow&, const FileRow&) = default;
};

std::string encode_file_row(const FileRow& row);
/// Throws damaged if it is none.
FileRow decode_file_row(std::string_view bytes);

}  // namespace cairn::format
