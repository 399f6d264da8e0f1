// The tree of chunk lists above the chunks of one content, built from the left while chunks come.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/engine.h"
#include "format/content.h"

namespace cairn::object {

/// A list is closed after an entry whose digest, as a big-endian number, is divisible by kListDivisor, so that versions
/// of a large content share all lists but those around a change. The bounds keep the tree flat whatever the digests,
/// and a list in one 24 KiB blob. Source: schema/FORMAT.md, "Chunk lists".
inline constexpr std::size_t kListEntriesLeast = 16;
inline constexpr std::size_t kListEntriesMost = 1024;
inline constexpr std::uint64_t kListDivisor = 128;

/// Memory: one open list a level.
class ChunkTree {
 public:
  explicit ChunkTree(engine::Staging& staging) : staging_(&staging) {}

  /// Adds the next chunk or hole, of at least one byte.
  void add(const format::ChunkList::Entry& chunk) { add(0, chunk); }
  /// Stages the lists that are still open and returns what names the whole.
  format::ContentRef finish();

 private:
  using Entry = format::ChunkList::Entry;

  void add(std::size_t level, const Entry& entry);
  void close(std::size_t level);

  engine::Staging* staging_;
  std::vector<std::vector<Entry>> open_;  // by level
};

}  // namespace cairn::object
