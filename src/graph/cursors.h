// Walks over records and backlinks for ids that mostly ascend: one cursor each, next() while the gap is
// small.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "engine/engine.h"

namespace cairn::graph {

using format::NodeId;

/// A cursor that knows whether it stands on a key, and moves to later keys by the shorter way. Moving
/// backwards is allowed and costs a seek.
class ForwardCursor {
 public:
  explicit ForwardCursor(std::unique_ptr<engine::Cursor> cursor) : cursor_(std::move(cursor)) {}

  /// Moves to the first key at or after `key`; false if there is none.
  bool move_to(std::string_view key);
  bool next() {
    is_gap_known_ = false;
    return valid_ = cursor_->next();
  }
  bool valid() const { return valid_; }
  /// Valid until the cursor moves.
  std::string_view key() const { return cursor_->key(); }
  std::string_view value() const { return cursor_->value(); }

 private:
  // A seek costs about as much as this many steps (RocksDB 7.8, blocks in the cache).
  static constexpr int kStepsMax = 8;

  std::unique_ptr<engine::Cursor> cursor_;
  bool valid_ = false;
  std::string sought_;         // by the last seek
  bool is_gap_known_ = false;  // no key lies between that and where the cursor stands
};

/// Records by node id. Cost: one step for the next id, one seek for a distant one.
class RecordWalk {
 public:
  RecordWalk(const engine::View& view, engine::Record record) : cursor_(view.records(record)) {}

  /// The record's bytes, or empty if there is none; they live until the next call.
  std::optional<std::string_view> find(NodeId id);
  /// Calls `visit(id, bytes)` for each record from `first` up to `end`, which is not included, until it returns false.
  template <class Visit>
  void visit(NodeId first, NodeId end, Visit&& visit) {
    for (bool more = move_to(first); more && id() < end; more = cursor_.next())
      if (!visit(id(), cursor_.value())) return;
  }

 private:
  bool move_to(NodeId id);
  NodeId id() const;

  ForwardCursor cursor_;
};

/// The nodes of one index key, or of all records, in order of id.
class IdWalk {
 public:
  /// Keys are `prefix` and be64 node id.
  IdWalk(std::unique_ptr<engine::Cursor> cursor, std::string prefix);

  /// Moves to the first id at or after `id`; false if there is none.
  bool move_to(NodeId id);
  bool next();
  NodeId id() const { return id_; }
  std::string_view value() const { return cursor_.value(); }

 private:
  bool read();

  ForwardCursor cursor_;
  std::string prefix_;
  NodeId id_ = 0;
};

}  // namespace cairn::graph
