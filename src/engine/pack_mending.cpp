#include "engine/pack_mending.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

#include "base/file.h"
#include "format/pack.h"

namespace cairn::engine {
namespace {

std::filesystem::path path_of(const MendedPack& pack) { return pack.directory / format::pack_file_name(pack.pack); }

// The header of a segment of this pack that begins there and ends at `end` at the latest.
std::optional<format::SegmentHeader> find_header(const base::File& file, const MendedPack& pack, std::uint64_t offset, std::uint64_t end) {
  std::array<std::byte, format::kSegmentHeaderSize> bytes{};
  try {
    if (file.read_at(offset, bytes) != bytes.size()) return std::nullopt;
  } catch (const base::MediumError&) {
    return std::nullopt;  // the disk does not give it back
  }
  const auto header = format::decode_segment_header(bytes);
  const bool fits = header && header->pack == pack.pack && header->offset == offset && header->store == pack.store_id &&
                    header->length != 0 && header->length % format::kPackBlock == 0 && header->length <= end - offset;
  return fits ? header : std::nullopt;
}

// Behind `offset`, where there is none.
std::uint64_t next_header(const base::File& file, const MendedPack& pack, std::uint64_t offset) {
  for (offset += format::kPackBlock; offset < pack.end; offset += format::kPackBlock)
    if (find_header(file, pack, offset, pack.end)) return offset;
  return pack.end;
}

std::size_t mend_segments(const base::File& file, const MendedPack& pack, bool apply) {
  std::size_t mended = 0;
  for (std::uint64_t offset = 0; offset < pack.end;) {
    if (const auto header = find_header(file, pack, offset, pack.end)) {
      offset += header->length;
      continue;
    }
    ++mended;
    const std::uint64_t next = next_header(file, pack, offset);
    if (apply)
      file.write_at(offset, format::encode_segment_header({pack.pack, offset, next - offset, next - offset, pack.store_id}));
    offset = next;
  }
  return mended;
}

}  // namespace

std::uint64_t end_of_segments(const MendedPack& pack) {
  const auto file = base::File::open_if_exists(path_of(pack), O_RDONLY);
  if (!file) return 0;
  const std::uint64_t size = file->size() / format::kPackBlock * format::kPackBlock;
  std::uint64_t offset = 0;
  while (const auto header = offset < size ? find_header(*file, pack, offset, size) : std::nullopt) offset += header->length;
  return offset;
}

std::string mend_pack(const MendedPack& pack, bool apply) {
  auto file = base::File::open_if_exists(path_of(pack), apply ? O_RDWR : O_RDONLY);
  const bool is_missing = !file;
  if (is_missing && !apply) return "the pack is missing";
  if (is_missing) file = base::File::open(path_of(pack), O_RDWR | O_CREAT, 0600);
  const std::uint64_t size = file->size();
  if (size < pack.end && apply) file->truncate(pack.end);
  const std::size_t mended = mend_segments(*file, pack, apply);
  if (mended == 0 && size >= pack.end) return "";
  if (apply) {
    file->sync();
    base::sync_directory(pack.directory);
  }
  if (is_missing) return "the pack is missing";
  if (size < pack.end) return fmt::format("{} bytes, expected {}", size, pack.end);
  return fmt::format("the headers of {} segments are damaged", mended);
}

}  // namespace cairn::engine
