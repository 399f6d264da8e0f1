#include "object/file_source.h"

#include <cairn/error.h>

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "object/content.h"

namespace cairn::object {

namespace {

bool is_unchanged(const struct stat& before, const struct stat& after) {
  return before.st_size == after.st_size && before.st_mtim.tv_sec == after.st_mtim.tv_sec &&
         before.st_mtim.tv_nsec == after.st_mtim.tv_nsec;
}

// Asks only files with fewer blocks than bytes, so that others cost no call.
bool is_hole(const base::File& file, const struct stat& status) {
  if (status.st_size == 0 || status.st_blocks != 0) return false;
  return ::lseek(file.descriptor(), 0, SEEK_DATA) < 0 && errno == ENXIO;
}

}  // namespace

format::ContentRef stage_file(engine::Staging& staging, const base::File& file, const struct stat& before,
                              std::span<std::byte> buffer) {
  const auto size = static_cast<std::uint64_t>(before.st_size);
  format::ContentRef content{size, format::ContentRef::Form::hole, {}};
  if (!is_hole(file, before)) {
    ContentWriter writer(staging);
    std::uint64_t offset = 0;
    // Up to the size it had: a file that grows faster than it is read would never end.
    while (offset < size) {
      const std::size_t wanted = std::min<std::uint64_t>(buffer.size(), size - offset);
      const std::size_t got = file.read_at(offset, buffer.first(wanted));
      writer.append(buffer.first(got));
      offset += got;
      if (got < wanted) break;
    }
    content = writer.finish();
  }
  if (content.size != size || !is_unchanged(before, file.status()))
    throw Error(ErrorCode::conflict, fmt::format("add {}: it changed while it was read", file.name()));
  return content;
}

}  // namespace cairn::object
