#include "graph/cursors.h"

#include "base/bytes.h"

namespace cairn::graph {

bool ForwardCursor::move_to(std::string_view key) {
  if (is_gap_known_ && sought_ <= key && (!valid_ || key <= cursor_->key())) return valid_;
  if (valid_ && cursor_->key() <= key) {
    for (int step = 0; step < kStepsMax; ++step) {
      if (cursor_->key() >= key) return true;
      if (!next()) return false;
    }
    if (cursor_->key() >= key) return true;
  }
  sought_ = key;
  is_gap_known_ = true;
  return valid_ = cursor_->seek(key);
}

std::optional<std::string_view> RecordWalk::find(NodeId id) {
  const std::uint64_t ordered = base::big_endian(id);
  const std::string_view key(reinterpret_cast<const char*>(&ordered), sizeof ordered);
  if (!cursor_.move_to(key) || cursor_.key() != key) return std::nullopt;
  return cursor_.value();
}

bool RecordWalk::move_to(NodeId id) {
  const std::uint64_t ordered = base::big_endian(id);
  return cursor_.move_to({reinterpret_cast<const char*>(&ordered), sizeof ordered});
}

NodeId RecordWalk::id() const { return base::load_big_endian<NodeId>(cursor_.key().data()); }

IdWalk::IdWalk(std::unique_ptr<engine::Cursor> cursor, std::string prefix)
    : cursor_(std::move(cursor)), prefix_(std::move(prefix)) {}

bool IdWalk::move_to(NodeId id) {
  return cursor_.move_to(prefix_ + format::be64_text(id)) && read();
}

bool IdWalk::next() {
  return cursor_.next() && read();
}

bool IdWalk::read() {
  const std::string_view key = cursor_.key();
  // A longer type than the one asked for may begin with its bytes, but not with its bytes and NUL.
  if (!key.starts_with(prefix_) || key.size() != prefix_.size() + sizeof(NodeId)) return false;
  id_ = base::load_big_endian<NodeId>(key.data() + prefix_.size());
  return true;
}

}  // namespace cairn::graph
