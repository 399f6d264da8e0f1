// Commits to a store on disk: those that arrive together share one flush of the pack and one synced batch.
#pragma once

#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include <rocksdb/write_batch.h>

#include "engine/disk_core.h"
#include "engine/disk_rows.h"
#include "engine/disk_staging.h"
#include "engine/table_commit.h"

namespace cairn::engine {

/// Puts all commits of the store into one order. Thread-safe.
class DiskCommitter {
 public:
  explicit DiskCommitter(DiskCore& core) : core_(core) {}

  PublishResult publish(DiskStaging* staging, const Commit& commit);
  /// Makes the blobs of `staging` durable, and nothing else.
  void spill(DiskStaging& staging);
  /// Calls `add` when no other commit is under way, and makes what it adds durable, with the tables on top of which it comes: all
  /// or nothing. If it names what was appended to packs in a generation of the writer, that is made durable first. Throws as publish.
  void rewrite(const std::function<void(rocksdb::WriteBatch&)>& add, std::span<const StagedTable> tables = {},
               std::optional<std::uint64_t> generation = {});

 private:
  struct Rewrite {
    const std::function<void(rocksdb::WriteBatch&)>& add;
    std::span<const StagedTable> tables;
    std::optional<std::uint64_t> generation;
  };
  struct Waiting {
    const Commit* commit = nullptr;  // null: only blobs
    DiskStaging* staging = nullptr;
    const Rewrite* rewrite = nullptr;  // null, or instead of both; always alone in its group
    PublishResult result = {};
    std::exception_ptr error = nullptr;
    bool done = false;
    std::condition_variable changed = {};  // it is done, or its turn
  };
  using Group = std::vector<Waiting*>;

  void wait_for(Waiting& waiting);
  std::ptrdiff_t group_size() const;
  void lead(const Group& group);
  void flush_packs(const Group& group);
  bool needs_pack(const Waiting& waiting, bool lost) const;
  void write(const Group& group);
  void write_batch(rocksdb::WriteBatch& batch, std::span<const StagedTable> tables);
  void require_working_records() const;
  /// `is_followed`: others of the group come behind it.
  PublishResult admit(const Commit& commit, bool is_followed);
  std::optional<std::string> find_owned(std::span<const ClaimEdit> claims) const;
  void add_edit(rocksdb::WriteBatch& batch, const Commit& commit);
  void add_blobs(rocksdb::WriteBatch& batch, const DiskStaging& staging);
  void add_runs(rocksdb::WriteBatch& batch, std::span<const PendingBlob* const> all);
  bool is_in_pack(const PendingBlob& blob) const;
  void mark_published(DiskStaging& staging);
  CellHeader header(CellId cell) const;

  DiskCore& core_;
  std::mutex mutex_;
  std::deque<Waiting*> queue_;
  bool leading_ = false;

  // What the commits of the group that is being built change, seen by those behind them. Only the leader looks.
  std::unordered_map<CellId, CellHeader> headers_;
  std::unordered_map<std::string, std::optional<std::string>> claims_;
  std::unordered_set<const PendingBlob*> packed_here_;  // copies of these go to a pack

  // Ends of packs that are durable and not in the records yet. A batch that failed leaves them to the next:
  // another commit may name bytes below such an end, and what lies behind the recorded one is cut on opening.
  std::map<std::uint64_t, std::uint64_t> unrecorded_ends_;
};

}  // namespace cairn::engine
