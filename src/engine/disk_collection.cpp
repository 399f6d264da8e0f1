#include "engine/disk_collection.h"

#include <cairn/error.h>

#include <fmt/format.h>
#include <rocksdb/snapshot.h>

#include <algorithm>
#include <cstring>
#include <deque>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "base/clock.h"
#include "engine/blob_runs.h"
#include "engine/pack_use.h"
#include "engine/reader_lock.h"
#include "engine/removal_table.h"
#include "engine/rocksdb_status.h"

namespace cairn::engine {
namespace {

constexpr std::size_t kNumbersAtOnce = 4u << 20;      // of blobs beside the records: 32 MiB
constexpr std::uint64_t kRecordsAtOnce = 2u << 20;    // of packs in which holes are looked for: 32 MiB
constexpr std::size_t kHolesMost = 1u << 20;          // that are remembered: 16 MiB; more are found by the next collection
constexpr std::uint64_t kWorthLooking = 64u << 10;    // bytes of a pack that are not live
constexpr std::int64_t kPatience = 24ll * 3600 * 1'000'000'000;  // nanoseconds that an outdated reader holds back room

std::uint64_t stored_bytes(const format::BlobLocation& location) {
  return location.stored_size + (location.packed ? format::kRecordHeaderSize : 0);
}

// Calls `visit` with each epoch that was ever begun and is still recorded, oldest first, and when that was.
template <class Visit>
void visit_epochs(const Records& records, const Visit& visit) {
  const std::unique_ptr<rocksdb::Iterator> rows(records.db().NewIterator({}, records.family(Family::engine)));
  for (rows->Seek(engine_key::kEpoch); rows->Valid() && rows->key().starts_with(engine_key::kEpoch); rows->Next())
    visit(format::parse_be64(rows->key().ToStringView().substr(engine_key::kEpoch.size())),
          static_cast<std::int64_t>(format::parse_be64(rows->value().ToStringView())));
  check(rows->status(), "read the epochs of the store");
}

// A state that was outdated longer ago does not count any more.
std::uint64_t oldest_that_counts(const Records& records, std::uint64_t current) {
  const std::int64_t now = base::now_nanoseconds();
  std::uint64_t oldest = current;
  visit_epochs(records, [&](std::uint64_t epoch, std::int64_t time) {
    if (oldest == current && now - time < kPatience) oldest = std::min(epoch - 1, current);
  });
  return oldest;
}

class DiskCollection : public Collection {
 public:
  DiskCollection(std::shared_ptr<DiskCore> core, DiskCommitter& committer, std::unique_lock<std::mutex> turn)
      : core_(std::move(core)), committer_(committer), turn_(std::move(turn)), notes_(core_->path) {
    begin_notes();
    try {
      snapshot_.emplace(&core_->records->db());
      options_.snapshot = snapshot_->snapshot();
      options_.fill_cache = false;
      number_blobs();
    } catch (...) {
      end_notes();
      throw;
    }
  }
  ~DiskCollection() override { end_notes(); }

  BlobMarks& marks() override { return notes_.marks; }
  std::vector<Digest> take_touched() override;
  bool condemn(const MarkMore& mark) override;
  SweepReport sweep() override;
  SweepReport count() const override;

 private:
  void begin_notes();
  void end_notes();
  void number_blobs();
  std::vector<Digest> take_unmarked();
  template <class Visit>
  void walk(const Visit& visit) const;

  struct Removals {
    std::deque<RemovalTable> tables;
    std::vector<StagedTable> finished;

    void finish();
  };
  void remove_blobs(Removals& removals);
  static void remove_numbered(DiskCore& core, std::vector<std::uint64_t>& numbers, Removals& removals);
  void find_dead_packs();
  void commit(const Removals& removals);
  void add_rows(rocksdb::WriteBatch& batch) const;
  void restore(rocksdb::WriteBatch& batch) const;

  FreedPacks find_free() const;
  void add_unnamed_packs(FreedPacks& freed) const;
  bool may_have_holes(std::uint64_t pack) const;
  std::uint64_t end_of(std::uint64_t pack) const;
  void find_holes_in(std::span<const std::uint64_t> packs, FreedPacks& freed, std::size_t& room) const;

  const std::shared_ptr<DiskCore> core_;
  DiskCommitter& committer_;
  const std::unique_lock<std::mutex> turn_;
  CollectionNotes notes_;
  PackWriter::Position floor_;  // before it lies nothing in the packs but what is committed, or never will be
  std::optional<rocksdb::ManagedSnapshot> snapshot_;
  rocksdb::ReadOptions options_;

  // Of a sweep.
  SweepReport report_;
  std::optional<BlobRuns> runs_;
  PackUses uses_;
  std::map<std::uint64_t, std::uint64_t> ends_;
  std::vector<std::uint64_t> dead_packs_;
  std::uint64_t epoch_ = 0;
  bool changes_epoch_ = false;
};

// First it is said that a collection is under way; what was begun before that is waited for.
void DiskCollection::begin_notes() {
  {
    const std::lock_guard lock(core_->pending.mutex);
    core_->pending.collection = &notes_;
    floor_ = core_->writer->durable();
  }
  const std::lock_guard lock(core_->stagings.mutex);
  for (DiskStaging* staging : core_->stagings.all) floor_ = std::min(floor_, staging->note(notes_));
}

void DiskCollection::end_notes() {
  const std::lock_guard lock(core_->pending.mutex);
  if (core_->pending.collection == &notes_) core_->pending.collection = nullptr;
}

void DiskCollection::number_blobs() {
  core_->require_space(0, "collect");
  const std::unique_ptr<rocksdb::Iterator> rows(core_->records->db().NewIterator(options_, core_->records->family(Family::digest)));
  for (rows->SeekToFirst(); rows->Valid(); rows->Next())
    notes_.marks.add(parse_digest_key(rows->key().ToStringView()), stored_bytes(format::decode_location(rows->value().ToStringView())));
  check(rows->status(), "list the blobs");
  notes_.marks.finish();
}

// Calls `visit` with each blob, where it is, and whether it is needed.
template <class Visit>
void DiskCollection::walk(const Visit& visit) const {
  const std::unique_ptr<rocksdb::Iterator> rows(core_->records->db().NewIterator(options_, core_->records->family(Family::digest)));
  std::uint64_t number = 0;
  for (rows->SeekToFirst(); rows->Valid(); rows->Next(), ++number)
    visit(rows->key().ToStringView(), format::decode_location(rows->value().ToStringView()), notes_.marks.is_marked(number));
  check(rows->status(), "list the blobs");
  if (number != notes_.marks.size())
    throw Error(ErrorCode::internal, fmt::format("collect: {} blobs, and {} were numbered", number, notes_.marks.size()));
}

// Called with the mutex of PendingBlobs.
std::vector<Digest> DiskCollection::take_unmarked() {
  for (;;) {
    if (notes_.failure != nullptr) std::rethrow_exception(notes_.failure);
    std::vector<Digest> some = notes_.touched.take();
    if (some.empty()) return some;
    std::erase_if(some, [&](const Digest& digest) {
      const auto found = notes_.marks.find(digest);
      return !found || notes_.marks.is_marked(found->number);
    });
    if (!some.empty()) return some;
  }
}

std::vector<Digest> DiskCollection::take_touched() {
  const std::lock_guard lock(core_->pending.mutex);
  return take_unmarked();
}

bool DiskCollection::condemn(const MarkMore& mark) {
  const std::lock_guard lock(core_->pending.mutex);
  for (std::vector<Digest> some = take_unmarked(); !some.empty(); some = take_unmarked()) {
    if (mark) {
      mark(some);
      continue;
    }
    for (const Digest& digest : some) notes_.touch(digest);
    return false;
  }
  notes_.packed_before = core_->writer->durable();
  notes_.numbered_before = core_->next_blob;
  notes_.is_condemned = true;
  return true;
}

SweepReport DiskCollection::count() const {
  SweepReport report;
  walk([&](std::string_view, const format::BlobLocation& location, bool stays) {
    (stays ? report.kept_count : report.freed_count) += 1;
    (stays ? report.kept_bytes : report.freed_bytes) += stored_bytes(location);
  });
  return report;
}

// ---- The sweep ----

SweepReport DiskCollection::sweep() {
  if (!notes_.is_condemned) throw Error(ErrorCode::internal, "collect: nothing was condemned");
  ends_ = pack_ends(*core_->records, options_);
  runs_.emplace(*core_->records, options_);
  {
    Removals removals;
    remove_blobs(removals);
    find_dead_packs();
    changes_epoch_ = report_.freed_count != 0 || !dead_packs_.empty();
    epoch_ = core_->epochs.current() + (changes_epoch_ ? 1 : 0);
    commit(removals);
  }
  end_notes();
  core_->epochs.set_current(epoch_);
  core_->freed->set(find_free());
  report_.returned_bytes = core_->freed->release();
  report_.waiting_bytes = core_->freed->waiting_bytes();
  return report_;
}

void DiskCollection::Removals::finish() {
  for (RemovalTable& table : tables)
    if (auto done = table.finish()) finished.push_back(std::move(*done));
}

// Writes tables that take out what is condemned, and finds out what else goes with it.
void DiskCollection::remove_blobs(Removals& removals) {
  RemovalTable& digests = removals.tables.emplace_back(*core_, Family::digest);
  std::vector<std::uint64_t> numbers;
  walk([&](std::string_view key, const format::BlobLocation& location, bool stays) {
    (stays ? report_.kept_count : report_.freed_count) += 1;
    (stays ? report_.kept_bytes : report_.freed_bytes) += stored_bytes(location);
    if (stays) {
      if (location.packed) uses_[location.pack].add(location);
      return;
    }
    digests.add(key);
    if (location.packed) return runs_->leave(location);
    numbers.push_back(location.blob_id);
    if (numbers.size() >= kNumbersAtOnce) remove_numbered(*core_, numbers, removals);
  });
  remove_numbered(*core_, numbers, removals);
  removals.finish();
}

void DiskCollection::remove_numbered(DiskCore& core, std::vector<std::uint64_t>& numbers, Removals& removals) {
  if (numbers.empty()) return;
  std::ranges::sort(numbers);
  RemovalTable& table = removals.tables.emplace_back(core, Family::blob);
  for (const std::uint64_t number : numbers) table.add(format::be64_text(number));
  numbers.clear();
}

// The last pack stays, so that its number is not given out again.
void DiskCollection::find_dead_packs() {
  for (const auto& [pack, end] : ends_)
    if (pack < floor_.pack && pack != ends_.rbegin()->first && !uses_.contains(pack)) dead_packs_.push_back(pack);
  for (const std::uint64_t pack : dead_packs_) runs_->leave_pack(pack);
}

void DiskCollection::commit(const Removals& removals) {
  committer_.rewrite([&](rocksdb::WriteBatch& batch) { add_rows(batch); }, removals.finished);
}

void DiskCollection::add_rows(rocksdb::WriteBatch& batch) const {
  rocksdb::ColumnFamilyHandle* const engine = core_->records->family(Family::engine);
  runs_->remove_left(*core_->records, batch);
  for (const std::uint64_t pack : dead_packs_) check(batch.Delete(engine, engine_key::pack(pack)), "build a commit");
  restore(batch);
  if (!changes_epoch_) return;
  const std::int64_t now = base::now_nanoseconds();
  visit_epochs(*core_->records, [&](std::uint64_t epoch, std::int64_t time) {
    if (now - time >= kPatience) check(batch.Delete(engine, engine_key::epoch(epoch)), "build a commit");
  });
  check(batch.Put(engine, engine_key::epoch(epoch_), format::be64_text(static_cast<std::uint64_t>(now))), "build a commit");
}

// What was stored anew since it was condemned, and is committed already, stays.
void DiskCollection::restore(rocksdb::WriteBatch& batch) const {
  std::vector<Digest> restored;
  {
    const std::lock_guard lock(core_->pending.mutex);
    restored = notes_.restored;
  }
  for (const Digest& digest : restored) {
    const auto location = find_location(*core_->records, {}, digest);
    if (!location || notes_.was_there(*location)) continue;
    check(batch.Put(core_->records->family(Family::digest), digest_key(digest), format::encode_location(*location)),
          "build a commit");
  }
}

// ---- What the packs have to give back ----

// All that is not of a blob that stays, whatever made it so: also what was written and never committed.
FreedPacks DiskCollection::find_free() const {
  FreedPacks freed;
  freed.epoch = epoch_;
  add_unnamed_packs(freed);
  std::vector<std::uint64_t> packs;
  std::uint64_t records = 0;
  std::size_t room = kHolesMost;
  const auto look = [&] {
    if (!packs.empty()) find_holes_in(packs, freed, room);
    packs.clear();
    records = 0;
  };
  for (const auto& [pack, end] : ends_) {
    if (!may_have_holes(pack)) continue;
    const auto use = uses_.find(pack);
    const std::uint64_t count = use == uses_.end() ? 0 : use->second.live_count;
    if (records + count > kRecordsAtOnce) look();
    packs.push_back(pack);
    records += count;
  }
  look();
  return freed;
}

// Files of packs that no record knows any more; what was begun after this collection lies behind.
void DiskCollection::add_unnamed_packs(FreedPacks& freed) const {
  const auto ends = pack_ends(*core_->records);
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(core_->packs_path(), error)) {
    const auto pack = format::parse_pack_file_name(entry.path().filename().string());
    if (pack && *pack < floor_.pack && !ends.contains(*pack)) freed.packs.push_back(*pack);
  }
}

// Where nothing lies that is not committed and may be.
std::uint64_t DiskCollection::end_of(std::uint64_t pack) const {
  if (pack > floor_.pack) return 0;
  return pack == floor_.pack ? std::min(floor_.end, ends_.at(pack)) : ends_.at(pack);
}

bool DiskCollection::may_have_holes(std::uint64_t pack) const {
  if (end_of(pack) == 0 || std::ranges::find(dead_packs_, pack) != dead_packs_.end()) return false;
  const auto use = uses_.find(pack);
  const std::uint64_t live = use == uses_.end() ? 0 : use->second.live_bytes;
  const auto file = base::File::open_if_exists(core_->packs_path() / format::pack_file_name(pack), O_RDONLY);
  return file && allocated_bytes(*file) > live + kWorthLooking;
}

void DiskCollection::find_holes_in(std::span<const std::uint64_t> packs, FreedPacks& freed, std::size_t& room) const {
  std::map<std::uint64_t, std::vector<Extent>> live;
  for (const std::uint64_t pack : packs) live[pack];
  walk([&](std::string_view, const format::BlobLocation& location, bool stays) {
    if (!stays || !location.packed) return;
    const auto found = live.find(location.pack);
    if (found != live.end()) found->second.push_back({location.offset, format::record_end(location)});
  });
  for (auto& [pack, extents] : live) {
    std::ranges::sort(extents, {}, &Extent::begin);
    const auto file = base::File::open_if_exists(core_->packs_path() / format::pack_file_name(pack), O_RDONLY);
    if (!file) continue;
    std::vector<Extent> holes;
    try {
      holes = find_holes(*file, pack, core_->store_id(), extents, end_of(pack));
    } catch (const base::MediumError&) {
      continue;  // verify says more about it
    }
    if (holes.size() > room) holes.resize(room);
    room -= holes.size();
    if (!holes.empty()) freed.holes[pack] = std::move(holes);
  }
}

}  // namespace

std::unique_ptr<Collection> begin_disk_collection(std::shared_ptr<DiskCore> core, DiskCommitter& committer,
                                                  std::unique_lock<std::mutex> turn) {
  return std::make_unique<DiskCollection>(std::move(core), committer, std::move(turn));
}

// What is recorded comes before the look at the readers, who lock before they look at what is recorded: so one of the two sees the
// other.
bool may_free_before(DiskCore& core, std::uint64_t epoch) {
  const std::uint64_t oldest = oldest_that_counts(*core.records, epoch);
  const std::uint64_t before = core.freed_epoch;
  if (before < epoch) core.lock->set_freed_epoch(epoch);
  if (!core.epochs.has_views(oldest, epoch) && !has_readers(core.lock->file(), oldest, epoch)) {
    core.freed_epoch = std::max(before, epoch);
    return true;
  }
  if (before < epoch) core.lock->set_freed_epoch(before);
  return false;
}

}  // namespace cairn::engine
