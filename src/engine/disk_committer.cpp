#include "engine/disk_committer.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/bytes.h"
#include "engine/rocksdb_status.h"
#include "engine/table_commit.h"

namespace cairn::engine {
namespace {

constexpr std::size_t kGroupMax = 64;
constexpr std::size_t kFetchAhead = 8;  // blobs, which lie anywhere in memory
constexpr std::ptrdiff_t kRunLeast = 256;  // blobs
constexpr std::size_t kLookUpMax = 64;     // claims

std::uint64_t edit_bytes(const Edit& edit) {
  std::uint64_t bytes = 0;
  const auto add = [&](std::size_t key, const std::optional<std::string>& value) {
    bytes += key + 32 + (value ? value->size() : 0);
  };
  for (const RowEdit& row : edit.rows) add(row.key.size(), row.value);
  for (const RecordEdit& record : edit.records) add(8, record.value);
  for (const ClaimEdit& claim : edit.claims) add(claim.key.size(), claim.owner);
  for (const IndexEdit& index : edit.indexes) add(index.key.size(), index.value);
  return bytes;
}

// Records are written more than once on their way: to the log, to a table, and by the next compaction.
constexpr std::uint64_t kRecordCopies = 4;

}  // namespace

PublishResult DiskCommitter::publish(DiskStaging* staging, const Commit& commit) {
  require_working_records();
  core_.require_space(kRecordCopies * edit_bytes(commit.edit), "commit");
  if (staging != nullptr) staging->settle();

  Waiting waiting{.commit = &commit, .staging = staging};
  wait_for(waiting);
  if (waiting.result.outcome == Outcome::ok && staging != nullptr) staging->clear();
  return waiting.result;
}

void DiskCommitter::spill(DiskStaging& staging) {
  require_working_records();
  core_.require_space(0, "store new data");
  staging.settle();
  Waiting waiting{.staging = &staging};
  wait_for(waiting);
}

void DiskCommitter::rewrite(const std::function<void(rocksdb::WriteBatch&)>& add, std::span<const StagedTable> tables,
                            std::optional<std::uint64_t> generation) {
  require_working_records();
  const Rewrite rewrite{add, tables, generation};
  Waiting waiting{.rewrite = &rewrite};
  wait_for(waiting);
}

// Called with the mutex held: how many of those that wait are next. What a rewrite reads must not be changed beside it.
std::ptrdiff_t DiskCommitter::group_size() const {
  const auto end = queue_.begin() + static_cast<std::ptrdiff_t>(std::min(queue_.size(), kGroupMax));
  const auto rewrite = std::find_if(queue_.begin(), end, [](const Waiting* waiting) { return waiting->rewrite != nullptr; });
  return std::max<std::ptrdiff_t>(rewrite - queue_.begin(), 1);
}

void DiskCommitter::wait_for(Waiting& waiting) {
  std::unique_lock lock(mutex_);
  queue_.push_back(&waiting);
  waiting.changed.wait(lock, [&] { return waiting.done || (!leading_ && queue_.front() == &waiting); });
  if (!waiting.done) {
    leading_ = true;
    const auto end = queue_.begin() + group_size();
    const Group group(queue_.begin(), end);
    queue_.erase(queue_.begin(), end);
    lock.unlock();
    lead(group);
    lock.lock();
    leading_ = false;
    // Only whose turn it is: with many threads, waking all of them takes longer than a commit.
    if (!queue_.empty()) queue_.front()->changed.notify_one();
    for (Waiting* member : group) {
      member->done = true;
      member->changed.notify_one();  // under the mutex, without which it cannot go away
    }
  }
  lock.unlock();
  if (waiting.error != nullptr) std::rethrow_exception(waiting.error);
}

void DiskCommitter::lead(const Group& group) {
  try {
    flush_packs(group);
    write(group);
  } catch (...) {
    for (Waiting* member : group)
      if (member->error == nullptr) member->error = std::current_exception();
  }
}

// Pack data is durable before any batch that names it. A failure is that of the commits which needed the pack.
void DiskCommitter::flush_packs(const Group& group) {
  bool needed = false;
  for (const Waiting* member : group) needed = needed || needs_pack(*member, false);
  std::exception_ptr failure;
  try {
    if (needed)
      for (const PackWriter::Position& pack : core_.writer->flush()) unrecorded_ends_[pack.pack] = pack.end;
  } catch (...) {
    failure = std::current_exception();
  }
  for (Waiting* member : group) {
    if (failure != nullptr ? needs_pack(*member, false) : needs_pack(*member, true))
      member->error = failure != nullptr ? failure
                                         : std::make_exception_ptr(Error(
                                               ErrorCode::io, "commit: an earlier write failed, and what was saved "
                                                              "for this commit is lost with it; save it again"));
  }
}

// Whether the commit names new bytes in a pack; with `lost`, bytes that were cut off after a failed write.
bool DiskCommitter::needs_pack(const Waiting& waiting, bool lost) const {
  const std::uint64_t generation = core_.writer->generation();
  if (waiting.rewrite != nullptr && waiting.rewrite->generation) return !lost || waiting.rewrite->generation != generation;
  if (waiting.staging == nullptr) return false;
  std::lock_guard lock(core_.pending.mutex);
  for (const auto& blob : waiting.staging->added())
    if (blob->location.packed && blob->state != PendingBlob::State::published &&
        (!lost || blob->generation != generation))
      return true;
  return false;
}

void DiskCommitter::write(const Group& group) {
  headers_.clear();
  claims_.clear();
  packed_here_.clear();
  std::uint64_t bytes = 0;
  for (const Waiting* member : group)
    if (member->commit != nullptr) bytes += edit_bytes(member->commit->edit);
  rocksdb::WriteBatch batch(bytes);
  std::vector<StagedTable> tables;
  for (const auto& [pack, end] : unrecorded_ends_)
    batch.Put(core_.records->family(Family::engine), engine_key::pack(pack), format::be64_text(end));
  std::size_t admitted = 0;
  for (Waiting* member : group) {
    if (member->error != nullptr) continue;
    if (member->commit != nullptr) member->result = admit(*member->commit, member != group.back());
    if (member->result.outcome != Outcome::ok) continue;
    if (member->commit != nullptr) add_edit(batch, *member->commit);
    if (member->commit != nullptr && member->commit->rows != nullptr)
      static_cast<DiskRowStaging*>(member->commit->rows)->finish(tables);
    if (member->rewrite != nullptr) {
      member->rewrite->add(batch);
      tables.assign(member->rewrite->tables.begin(), member->rewrite->tables.end());
    }
    if (member->staging != nullptr) add_blobs(batch, *member->staging);
    ++admitted;
  }
  if (admitted == 0 && unrecorded_ends_.empty()) return;
  const std::uint64_t commits = core_.commits + admitted;
  batch.Put(core_.records->family(Family::engine), engine_key::kState, format::be64_pair(commits, core_.next_blob));
  write_batch(batch, tables);
  unrecorded_ends_.clear();
  core_.commits = commits;
  try {
    core_.lock->set_witness(commits);
  } catch (const Error&) {
    // It may lag: the commit is durable, and the next one writes it again.
  }
  for (Waiting* member : group)
    if (member->error == nullptr && member->result.outcome == Outcome::ok && member->staging != nullptr)
      mark_published(*member->staging);
}

void DiskCommitter::write_batch(rocksdb::WriteBatch& batch, std::span<const StagedTable> tables) {
  require_working_records();
  if (!tables.empty() || static_cast<std::size_t>(batch.Count()) >= kTableRowsLeast)
    return commit_as_tables(*core_.records, core_.records_path(), batch, tables);
  rocksdb::WriteOptions options;
  options.sync = true;
  const rocksdb::Status status = core_.records->db().Write(options, &batch);
  if (!status.ok())  // the log may hold it or not, also on a full disk: only opening the store again tells
    throw Error(ErrorCode::unknown_outcome,
                fmt::format("commit: {}; open the store again to see whether it happened",
                            status.ToString()));
}

// Of a commit that comes after the failure it is known that it did not happen.
void DiskCommitter::require_working_records() const {
  if (const auto failure = core_.records->failure())
    throw Error(ErrorCode::io,
                fmt::format("commit: nothing was changed, since a write to the records in {} has failed "
                            "before ({}); expected the store to be opened again first",
                            core_.records_path().string(), *failure));
}

PublishResult DiskCommitter::admit(const Commit& commit, bool is_followed) {
  const CellHeader current = header(commit.cell);
  if (commit.guard.epoch < current.epoch) return {Outcome::fenced, {}};
  if (commit.guard.version != current.version) return {Outcome::conflict, {}};
  if (const auto owned = find_owned(commit.edit.claims)) return {Outcome::claimed, *owned};
  if (commit.rows != nullptr)
    if (const auto owned = static_cast<DiskRowStaging*>(commit.rows)->find_owned_claim()) return {Outcome::claimed, *owned};
  headers_[commit.cell] = {current.version + 1, commit.guard.epoch, commit.id};
  if (is_followed)
    for (const ClaimEdit& claim : commit.edit.claims) claims_[claim.key] = claim.owner;
  return {Outcome::ok, {}};
}

// The first claim that somebody else has. Asked for many at once: a look-up alone costs twice as much.
std::optional<std::string> DiskCommitter::find_owned(std::span<const ClaimEdit> claims) const {
  std::array<const ClaimEdit*, kLookUpMax> asked{};
  std::array<rocksdb::Slice, kLookUpMax> keys;
  std::array<rocksdb::PinnableSlice, kLookUpMax> owners;
  std::array<rocksdb::Status, kLookUpMax> statuses;
  for (auto next = claims.begin(); next != claims.end();) {
    std::size_t count = 0;
    for (; next != claims.end() && count < kLookUpMax; ++next) {
      if (!next->owner) continue;
      const auto changed = claims_.find(next->key);
      if (changed == claims_.end()) asked[count] = &*next, keys[count++] = next->key;
      else if (changed->second && *changed->second != *next->owner) return next->key;
    }
    core_.records->db().MultiGet({}, core_.records->family(Family::claim), count, keys.data(), owners.data(), statuses.data());
    for (std::size_t i = 0; i < count; ++i) {
      const bool is_free = statuses[i].IsNotFound();
      if (!is_free) check(statuses[i], "look up a claim");
      if (!is_free && owners[i] != rocksdb::Slice(*asked[i]->owner)) return asked[i]->key;
      owners[i].Reset();
    }
  }
  return std::nullopt;
}

CellHeader DiskCommitter::header(CellId cell) const {
  const auto changed = headers_.find(cell);
  if (changed != headers_.end()) return changed->second;
  std::string bytes;
  const auto status =
      core_.records->db().Get({}, core_.records->family(Family::engine), engine_key::header(cell), &bytes);
  if (status.IsNotFound()) return {};
  check(status, "read a cell's header");
  return decode_cell_header(bytes);
}

void DiskCommitter::add_edit(rocksdb::WriteBatch& batch, const Commit& commit) {
  const auto put = [&](Family family, std::string_view key, const std::optional<std::string>& value) {
    rocksdb::ColumnFamilyHandle* handle = core_.records->family(family);
    check(value ? batch.Put(handle, key, *value) : batch.Delete(handle, key), "build a commit");
  };
  const std::string cell = format::be64_text(commit.cell);
  for (const RowEdit& row : commit.edit.rows) put(Family::cell, cell + row.key, row.value);
  for (const RecordEdit& record : commit.edit.records)
    put(record.record == Record::node ? Family::node : Family::links, format::be64_text(record.id), record.value);
  for (const ClaimEdit& claim : commit.edit.claims) put(Family::claim, claim.key, claim.owner);
  for (const IndexEdit& index : commit.edit.indexes) put(Family::index, index.key, index.value);
  put(Family::engine, engine_key::header(commit.cell), encode_cell_header(headers_[commit.cell]));
}

void DiskCommitter::add_blobs(rocksdb::WriteBatch& batch, const DiskStaging& staging) {
  rocksdb::ColumnFamilyHandle* digests = core_.records->family(Family::digest);
  rocksdb::ColumnFamilyHandle* bytes = core_.records->family(Family::blob);
  std::lock_guard lock(core_.pending.mutex);
  std::vector<const PendingBlob*> blobs;
  for (const auto& blob : staging.added())
    if (blob->state != PendingBlob::State::published && !is_in_pack(*blob)) blobs.push_back(blob.get());
  add_runs(batch, blobs);
  // In their order they go into the table of new records at half the cost.
  std::vector<Digest> in_order;
  for (const PendingBlob* blob : blobs) in_order.push_back(blob->digest);
  const std::vector<std::uint32_t> order = order_of(in_order);
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (i + kFetchAhead < order.size()) __builtin_prefetch(&blobs[order[i + kFetchAhead]]->location);
    const PendingBlob* blob = blobs[order[i]];
    check(batch.Put(digests, digest_key(blob->digest), format::encode_location(blob->location)), "build a commit");
    if (!blob->location.packed)
      check(batch.Put(bytes, format::be64_text(blob->location.blob_id), base::as_text(blob->bytes)), "build a commit");
    if (blob->replaces) check(batch.Delete(bytes, format::be64_text(*blob->replaces)), "build a commit");
    if (blob->copied_from != nullptr) packed_here_.insert(blob->copied_from.get());
  }
}

// Whether the index leads to a copy of it in a pack by now, or will with the batch that is being built.
bool DiskCommitter::is_in_pack(const PendingBlob& blob) const {
  return !blob.location.packed && (blob.is_in_pack || packed_here_.contains(&blob));
}

// Where many blobs of this commit lie one behind the other, so that a reader of them need not look up each.
void DiskCommitter::add_runs(rocksdb::WriteBatch& batch, std::span<const PendingBlob* const> all) {
  std::vector<const PendingBlob*> blobs;
  std::ranges::copy_if(all, std::back_inserter(blobs), [](const PendingBlob* blob) { return blob->location.packed; });
  if (!std::ranges::is_sorted(blobs, {}, &PendingBlob::number)) std::ranges::sort(blobs, {}, &PendingBlob::number);
  const auto ends_run = [](const PendingBlob* one, const PendingBlob* next) {
    return next->number != one->number + 1 || next->location.pack != one->location.pack;
  };
  for (auto begin = blobs.begin(); begin != blobs.end();) {
    const auto last = std::adjacent_find(begin, blobs.end(), ends_run);
    const auto end = last == blobs.end() ? last : last + 1;
    const format::BlobLocation& front = (*begin)->location;
    if (end - begin >= kRunLeast)
      check(batch.Put(core_.records->family(Family::engine), engine_key::run(front.pack, front.offset),
                      format::be64_text(format::record_end((*std::prev(end))->location))),
            "build a commit");
    begin = end;
  }
}

void DiskCommitter::mark_published(DiskStaging& staging) {
  std::lock_guard lock(core_.pending.mutex);
  for (const auto& blob : staging.added()) {
    blob->state = PendingBlob::State::published;
    if (blob->copied_from != nullptr) std::exchange(blob->copied_from, nullptr)->is_in_pack = true;
    const auto entry = core_.pending.blobs.find(blob->digest);
    if (entry != core_.pending.blobs.end() && entry->second.lock() == blob) core_.pending.blobs.erase(entry);
  }
}

}  // namespace cairn::engine
