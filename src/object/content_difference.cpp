#include "object/content_difference.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace cairn::object {

namespace {

using Form = format::ContentRef::Form;
using Entry = format::ChunkList::Entry;

// The entries of one content from the left; it is for the caller to enter lists.
class TreeWalk {
 public:
  TreeWalk(const engine::BlobSource& blobs, const format::ContentRef& content) : blobs_(blobs) {
    if (content.size == 0) return;
    if (content.form == Form::empty)
      throw Error(ErrorCode::damaged, fmt::format("read content: {} bytes without a chunk", content.size));
    open_.push_back({content.form == Form::list ? kRootLevel : std::uint8_t{0}, {{content.digest, content.size}}});
  }

  bool at_end() const { return open_.empty(); }
  const Entry& entry() const { return open_.back().entries[open_.back().next]; }
  std::uint64_t begin() const { return begin_; }
  std::uint64_t end() const { return begin_ + entry().size; }
  /// 0: the entry is a chunk or a hole.
  unsigned level() const { return open_.back().level; }

  void skip() {
    begin_ += entry().size;
    ++open_.back().next;
    while (!open_.empty() && open_.back().next == open_.back().entries.size()) open_.pop_back();
  }

  void enter() {
    const Entry list_entry = entry();
    const std::uint8_t level = open_.back().level;
    format::ChunkList list = format::decode_chunk_list(blobs_.get_blob(engine::BlobKind::chunk_list, list_entry.digest));
    std::uint64_t size = 0;
    for (const Entry& below : list.entries) size += below.size;
    if ((level != kRootLevel && list.level + 1 != level) || size != list_entry.size)
      throw Error(ErrorCode::damaged, fmt::format("read chunk_list {}: it is of level {} and {} bytes, expected {} bytes",
                                                  list_entry.digest.hex(), list.level, size, list_entry.size));
    ++open_.back().next;  // gone when what is below it is
    open_.push_back({list.level, std::move(list.entries)});
  }

 private:
  static constexpr std::uint8_t kRootLevel = 255;  // of the entry that stands for all: its list tells its own

  struct OpenList {
    std::uint8_t level;
    std::vector<Entry> entries;
    std::size_t next = 0;
  };

  const engine::BlobSource& blobs_;
  std::vector<OpenList> open_;
  std::uint64_t begin_ = 0;
};

}  // namespace

void for_each_unshared_range(const engine::BlobSource& blobs, const format::ContentRef& before, const format::ContentRef& after,
                             const std::function<bool(std::uint64_t begin, std::uint64_t end)>& visit) {
  if (before.size != after.size)
    throw Error(ErrorCode::invalid_argument, fmt::format("compare contents of {} and {} bytes", before.size, after.size));
  if (before == after) return;
  TreeWalk one(blobs, before), other(blobs, after);
  while (!one.at_end() && !other.at_end()) {
    // Lists are entered at once, so that either both stand at one place, or only chunks are there.
    const unsigned one_level = one.level(), other_level = other.level();
    if (one.begin() == other.begin() && one.entry() == other.entry() && (one_level == 0) == (other_level == 0)) {
      one.skip();
      other.skip();
    } else if (one_level != 0 || other_level != 0) {
      if (one_level >= other_level) one.enter();
      if (other_level >= one_level) other.enter();
    } else {
      const std::uint64_t end = std::min(one.end(), other.end());
      if (!visit(std::max(one.begin(), other.begin()), end)) return;
      const bool one_ends = one.end() == end, other_ends = other.end() == end;
      if (one_ends) one.skip();
      if (other_ends) other.skip();
    }
  }
}

}  // namespace cairn::object
