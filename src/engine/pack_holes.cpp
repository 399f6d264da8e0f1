#include "engine/pack_holes.h"

#include <unistd.h>

#include <algorithm>
#include <array>

#include "format/pack.h"

namespace cairn::engine {
namespace {

std::uint64_t block_of(std::uint64_t offset) { return offset / format::kPackBlock * format::kPackBlock; }
std::uint64_t block_behind(std::uint64_t offset) { return block_of(offset + format::kPackBlock - 1); }

// Whether some of it is no hole yet.
bool takes_room(const base::File& pack, const Extent& extent) {
  const off_t data = ::lseek(pack.descriptor(), static_cast<off_t>(extent.begin), SEEK_DATA);
  if (data < 0) return errno != ENXIO;  // behind it there are only holes
  return static_cast<std::uint64_t>(data) < extent.end;
}

}  // namespace

std::vector<Extent> find_holes(const base::File& pack, std::uint64_t number, std::uint64_t store_id, std::span<const Extent> live,
                               std::uint64_t end) {
  std::vector<Extent> holes;
  const auto add = [&](std::uint64_t from, std::uint64_t to) {
    const Extent hole{block_behind(from), block_of(to)};
    if (hole.begin < hole.end && takes_room(pack, hole)) holes.push_back(hole);
  };
  auto next = live.begin();
  for (std::uint64_t offset = 0; offset < end;) {
    std::array<std::byte, format::kSegmentHeaderSize> bytes{};
    pack.read_at(offset, bytes);
    const auto header = format::decode_segment_header(bytes);
    if (!header || header->pack != number || header->offset != offset || header->store != store_id || header->length == 0 ||
        header->length > end - offset)
      break;
    const std::uint64_t behind = offset + header->length;
    std::uint64_t from = offset + format::kPackBlock;
    for (; next != live.end() && next->begin < behind; ++next) {
      add(from, next->begin);
      from = std::max(from, next->end);
    }
    add(from, behind);
    offset = behind;
  }
  return holes;
}

std::uint64_t punch_holes(const base::File& pack, std::span<const Extent> holes) {
  if (pack.status().st_nlink != 1) return 0;
  const std::uint64_t before = allocated_bytes(pack);
  for (const Extent& hole : holes)
    if (::fallocate(pack.descriptor(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, static_cast<off_t>(hole.begin),
                    static_cast<off_t>(hole.end - hole.begin)) != 0)
      break;
  const std::uint64_t after = allocated_bytes(pack);
  return before > after ? before - after : 0;
}

std::uint64_t allocated_bytes(const base::File& file) { return static_cast<std::uint64_t>(file.status().st_blocks) * 512; }

}  // namespace cairn::engine
