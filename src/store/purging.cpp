// Purging: what it concerns, and the commit that says so.
#include <cairn/error.h>

#include <fmt/format.h>

#include "base/bytes.h"
#include "format/artifact.h"
#include "format/keys.h"
#include "graph/reader.h"
#include "store/carriers.h"
#include "store/commit.h"
#include "store/forks.h"
#include "store/history.h"
#include "store/purges.h"
#include "store/step.h"
#include "store/store_state.h"

namespace cairn::store {
namespace {

using engine::BlobKind;
using format::BlobReference;

std::string title_of(const BlobReference& blob) {
  return fmt::format("purge {} {}", format::blob_kind_name(blob.kind), blob.digest.hex());
}

void check_reason(const BlobReference& blob, std::string_view reason) {
  if (reason.size() <= format::kPurgeReasonBytesMax && base::is_utf8(reason)) return;
  throw Error(ErrorCode::invalid_argument, fmt::format("{}: expected a reason of at most {} bytes of UTF-8, got {} bytes", title_of(blob),
                                                       format::kPurgeReasonBytesMax, reason.size()));
}

// What is named, and may be there.
class Subject {
 public:
  Subject(const StoreState& store, const engine::View& view, const BlobReference& blob) : store_(store), view_(view), blob_(blob) {
    if (blob.kind != BlobKind::checkpoint) read_nodes();
  }

  bool is_there() const {
    if (blob_.kind == BlobKind::checkpoint) return find_checkpoint(view_, CheckpointId{blob_.digest}).has_value();
    const auto info = view_.find_blob(blob_.digest);
    return (info && info->kind == blob_.kind) || !nodes_.empty();
  }

  std::uint64_t size() const {
    if (!nodes_.empty()) return size_;
    try {
      switch (blob_.kind) {
        case BlobKind::checkpoint: {
          const format::CheckpointRecord record = store_.checkpoint_record(view_, CheckpointId{blob_.digest});
          return record.bytes_new + record.bytes_shared;
        }
        case BlobKind::artifact: return format::decode_artifact(view_.get_blob(blob_.kind, blob_.digest)).size;
        default: return view_.find_blob(blob_.digest)->size;
      }
    } catch (const Error& error) {
      if (error.code() != ErrorCode::damaged && error.code() != ErrorCode::not_found) throw;
      return 0;  // to be removed because it is damaged, maybe
    }
  }

  const std::vector<Uuid>& nodes() const { return nodes_; }

  // Those that cannot be read cannot be restarted anyway.
  std::vector<CheckpointId> checkpoints() const {
    if (blob_.kind == BlobKind::checkpoint) return {CheckpointId{blob_.digest}};
    std::vector<CheckpointId> needing;
    Carriers carriers(view_, blob_);
    for (const CellId cell : cells_with_history(view_))
      walk_own(view_, cell, UINT64_MAX, [&](std::uint64_t, const format::CheckpointRow& row) {
        try {
          if (!is_purged(view_, row.id.digest) && carriers.carries(store_.checkpoint_record(view_, row.id))) needing.push_back(row.id);
        } catch (const Error& error) {
          if (error.code() != ErrorCode::damaged && error.code() != ErrorCode::not_found) throw;
        }
        return true;
      });
    return needing;
  }

 private:
  void read_nodes() {
    const graph::GraphReader reader(view_, store_.labels());
    const std::string prefix = format::index::contents_of(blob_.digest);
    const auto cursor = view_.indexes();
    for (bool more = cursor->seek(prefix); more && cursor->key().starts_with(prefix); more = cursor->next()) {
      const format::NodeRecord record = reader.get_record(format::index::trailing_node(cursor->key()));
      if (std::holds_alternative<ObjectId>(record.content) != (blob_.kind == BlobKind::object)) continue;
      nodes_.push_back(record.uuid);
      size_ = record.size;
    }
  }

  const StoreState& store_;
  const engine::View& view_;
  const BlobReference blob_;
  std::vector<Uuid> nodes_;
  std::uint64_t size_ = 0;
};

Purged public_purge(const BlobReference& blob, const format::PurgeRecord& record) {
  return {std::string(format::blob_kind_name(blob.kind)), blob.digest, record.size, Timestamp(std::chrono::nanoseconds(record.time)),
          record.reason};
}

// Whoever purges first is remembered.
format::PurgeRecord commit_purge(StoreState& store, const BlobReference& blob, format::PurgeRecord record) {
  const auto pass = store.gate().enter_alone();
  store.purges().forget();
  commit_cell(store.engine(), {format::kRootCell, 0, nullptr, title_of(blob)}, [&](const engine::View& view) {
    engine::Edit edit;
    if (const auto known = find_purge(view, blob.digest)) record = *known;
    else edit.claims.push_back({format::claim::purged(blob.digest), format::encode_purge(record)});
    return edit;
  });
  return record;
}

}  // namespace

PurgeReport purge(StoreState& store, engine::BlobKind kind, const Digest& digest, const PurgeOptions& options) {
  const BlobReference blob{kind, digest};
  check_reason(blob, options.reason);
  const auto view = store.engine().view();
  const Subject subject(store, *view, blob);
  const auto known = find_purge(*view, digest);
  if (!subject.is_there() && !known)
    throw Error(ErrorCode::not_found, fmt::format("{}: it is not in the store", title_of(blob)));
  if (!options.dry_run && store.engine().read_only())
    throw Error(ErrorCode::read_only, fmt::format("{}: the store is open for reading only", title_of(blob)));
  PurgeReport report;
  report.nodes = subject.nodes();
  report.checkpoints = subject.checkpoints();
  format::PurgeRecord record = known.value_or(format::PurgeRecord{kind, known ? 0 : subject.size(), store.clock().now(), options.reason});
  if (!known && !options.dry_run) record = commit_purge(store, blob, std::move(record));
  report.purged = public_purge(blob, record);
  return report;
}

}  // namespace cairn::store
