#include "object/chunk_tree.h"

#include "base/bytes.h"
#include "object/blobs.h"

namespace cairn::object {

namespace {

bool ends_list(const Digest& digest) {
  return base::load_big_endian<std::uint64_t>(digest.bytes.data() + 8) % kListDivisor == 0;
}

}  // namespace

void ChunkTree::add(std::size_t level, const Entry& entry) {
  if (level == open_.size()) open_.emplace_back();
  open_[level].push_back(entry);
  const std::size_t count = open_[level].size();
  if (count >= kListEntriesMost || (count >= kListEntriesLeast && ends_list(entry.digest))) close(level);
}

void ChunkTree::close(std::size_t level) {
  format::ChunkList list{static_cast<std::uint8_t>(level), std::move(open_[level])};
  open_[level].clear();
  std::uint64_t size = 0;
  for (const Entry& entry : list.entries) size += entry.size;
  const Digest digest = stage_blob(*staging_, engine::BlobKind::chunk_list, format::encode_chunk_list(list));
  add(level + 1, {digest, size});
}

format::ContentRef ChunkTree::finish() {
  using Form = format::ContentRef::Form;
  // Closing a level may open one above. One entry alone at the top is the root: a list around it would say nothing.
  for (std::size_t level = 0; level < open_.size(); ++level) {
    if (open_[level].empty()) continue;
    if (level + 1 == open_.size() && open_[level].size() == 1) {
      const Entry& root = open_[level].front();
      if (root.is_hole()) return {root.size, Form::hole, {}};
      return {root.size, level == 0 ? Form::chunk : Form::list, root.digest};
    }
    close(level);
  }
  return {};
}

}  // namespace cairn::object
