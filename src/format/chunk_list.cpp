#include <limits>

#include "format/content.h"
#include "format/wire.h"

namespace cairn::format {

namespace {

constexpr std::string_view kWhat = "chunk list";

// Sizes of all content stay below 2^63, so that they fit a file offset and sums of two never wrap.
constexpr std::uint64_t kSizeMost = std::numeric_limits<std::int64_t>::max();

ChunkList read_list(wire::ChunkList::Reader wire) {
  ChunkList list;
  list.level = wire.getLevel();
  if (list.level > kChunkListLevelMost) throw_damaged(kWhat, "its level is above 15");
  const auto entries = wire.getEntries();
  list.entries.reserve(entries.size());
  std::uint64_t total = 0;
  for (const auto entry : entries) {
    const std::uint64_t size = entry.getSize();
    if (size == 0) throw_damaged(kWhat, "an entry of no bytes");
    if (size > kSizeMost - total) throw_damaged(kWhat, "its sizes add up to more than 2^63-1");
    total += size;
    list.entries.push_back({Digest{get_high_low(entry)}, size});
    if (list.level != 0 && list.entries.back().is_hole()) throw_damaged(kWhat, "a hole above level 0");
  }
  if (list.entries.empty()) throw_damaged(kWhat, "no entries");
  return list;
}

}  // namespace

std::vector<std::byte> encode_chunk_list(const ChunkList& list) {
  // One word a pointer, one for the level, one tag, three an entry.
  capnp::MallocMessageBuilder message(static_cast<unsigned>(4 + 3 * list.entries.size()));
  auto wire = message.initRoot<wire::ChunkList>();
  wire.setLevel(list.level);
  auto entries = wire.initEntries(static_cast<unsigned>(list.entries.size()));
  for (unsigned i = 0; i < entries.size(); ++i) {
    const ChunkList::Entry& entry = list.entries[i];
    set_high_low(entries[i], entry.digest.bytes);
    entries[i].setSize(entry.size);
  }
  return canonical_bytes(wire, kWhat);
}

ChunkList decode_chunk_list(std::span<const std::byte> bytes) {
  return read_wire<wire::ChunkList>(bytes, kWhat, read_list);
}

}  // namespace cairn::format
