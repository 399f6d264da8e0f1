#include "engine/rebuilt_records.h"

#include <cairn/error.h>

#include <fmt/format.h>
#include <stdio.h>

#include <algorithm>
#include <map>
#include <optional>
#include <system_error>

#include "base/clock.h"
#include "engine/disk_view.h"
#include "engine/pack_search.h"
#include "engine/rocksdb_files.h"
#include "engine/rocksdb_status.h"

namespace cairn::engine {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBatchBytes = 4u << 20;
constexpr CellId kNotes = 0;  // no cell
// Readers of states of before have locked epochs that nobody remembers; there were not so many collections since the last one that
// gave room back.
constexpr std::uint64_t kEpochsPassedOver = 1u << 20;

rocksdb::WriteOptions without_log() {
  rocksdb::WriteOptions options;
  options.disableWAL = true;
  return options;
}

void remove_tree(const fs::path& path) {
  std::error_code error;
  fs::remove_all(path, error);
  if (error) base::throw_errno(error.value(), fmt::format("remove {}", path.string()));
}

bool is_there(const fs::path& path) {
  std::error_code error;
  return fs::exists(fs::symlink_status(path, error));
}

void move(const fs::path& from, const fs::path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) base::throw_errno(errno, fmt::format("rename {} to {}", from.string(), to.string()));
}

fs::path unused_name(const fs::path& store) {
  for (int number = 1;; ++number)
    if (fs::path path = store / fmt::format("db.lost-{}", number); !is_there(path)) return path;
}

// False if the file system cannot.
bool exchange(const fs::path& one, const fs::path& other) {
  if (::renameat2(AT_FDCWD, one.c_str(), AT_FDCWD, other.c_str(), RENAME_EXCHANGE) == 0) return true;
  if (errno == EINVAL || errno == ENOSYS || errno == ENOTSUP) return false;
  base::throw_errno(errno, fmt::format("exchange {} and {}", one.string(), other.string()));
}

std::map<std::uint64_t, fs::path> packs_in(const fs::path& directory) {
  std::map<std::uint64_t, fs::path> packs;
  if (!is_there(directory)) return packs;
  std::error_code error;
  fs::directory_iterator entries(directory, error);
  if (error) base::throw_errno(error.value(), fmt::format("open {}", directory.string()));
  for (const fs::directory_entry& entry : entries)
    if (const auto pack = format::parse_pack_file_name(entry.path().filename().string())) packs.emplace(*pack, entry.path());
  return packs;
}

std::uint64_t witness_of(const LockFile& lock) {
  try {
    return lock.witness();
  } catch (const Error& error) {
    if (error.code() != ErrorCode::damaged) throw;
    return 0;  // it is written anew
  }
}

std::shared_ptr<DiskCore> make_core(const fs::path& store, const fs::path& directory, const format::Superblock& superblock) {
  auto core = std::make_shared<DiskCore>();
  core->path = store;
  core->superblock = superblock;
  core->file_mode = (base::File::open(store, O_RDONLY | O_DIRECTORY).status().st_mode & 0666) | 0600;
  core->packs = std::make_unique<PackReader>(core->packs_path());
  core->space.emplace(store, kBallastBytes);
  core->env = rocksdb::NewCompositeEnv(make_guarded_file_system(*core->space, core->file_mode, core->records_failed));
  core->records = std::make_shared<Records>(
      RecordsOptions{.directory = directory, .create = true, .env = core->env.get(), .failed = &core->records_failed});
  return core;
}

// What an earlier attempt left; of records that are whole, or were the store's, nothing is removed.
fs::path made_room(const fs::path& store) {
  remove_tree(store / "db.building");
  if (is_there(store / "db.new")) move(store / "db.new", unused_name(store));
  return store / "db.building";
}

}  // namespace

RebuiltRecords::RebuiltRecords(const fs::path& store, const format::Superblock& superblock, const LockFile& lock)
    : core_(make_core(store, made_room(store), superblock)), directory_(store / "db.building"), commits_(witness_of(lock)) {
  rocksdb::ColumnFamilyHandle* const engine = core_->records->family(Family::engine);
  const std::uint64_t freed = freed_epoch_in(lock.file());
  const std::string now = format::be64_text(static_cast<std::uint64_t>(base::now_nanoseconds()));
  for (const std::uint64_t epoch : {freed + 1, freed + kEpochsPassedOver})
    check(batch_.Put(engine, engine_key::epoch(epoch), now), "rebuild the records");
}

RebuiltRecords::~RebuiltRecords() {
  notes_view_.reset();
  core_->records.reset();
  std::error_code ignored;
  fs::remove_all(directory_, ignored);
}

FoundInPacks RebuiltRecords::add_packs(const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
  const std::map<std::uint64_t, fs::path> packs = packs_in(core_->packs_path());
  std::uint64_t total = 0, done = 0;
  std::error_code ignored;
  for (const auto& [pack, file] : packs) total += fs::file_size(file, ignored);
  FoundInPacks found;
  for (const auto& [pack, file] : packs) {
    const PackSearch search = search_pack(file, pack, core_->store_id(), [&](const Digest& digest, const format::BlobLocation& location, std::span<const std::byte>) {
      check(batch_.Put(core_->records->family(Family::digest), digest_key(digest), format::encode_location(location)), "rebuild the records");
      write_when_full();
      if (progress) progress(done + location.offset, total);
    });
    done += search.bytes;
    ++found.pack_count;
    found.bytes += search.bytes;
    found.broken_count += search.broken_count;
    if (search.end != 0)
      check(batch_.Put(core_->records->family(Family::engine), engine_key::pack(pack), format::be64_text(search.end)), "rebuild the records");
    if (search.is_unreadable) found.problems.push_back(fmt::format("{}: the disk does not give back all of it", file.string()));
    if (search.lost_segments != 0)
      found.problems.push_back(fmt::format("{}: {} where a segment was expected, and none begins", file.string(),
                                           search.lost_segments == 1 ? "1 place" : fmt::format("{} places", search.lost_segments)));
  }
  return found;
}

std::unique_ptr<View> RebuiltRecords::view() {
  write();
  return make_disk_view(core_, core_->records);
}

void RebuiltRecords::commit(CellId cell, const Edit& edit) {
  const auto put = [&](Family family, std::string_view key, const std::optional<std::string>& value) {
    rocksdb::ColumnFamilyHandle* const handle = core_->records->family(family);
    check(value ? batch_.Put(handle, key, *value) : batch_.Delete(handle, key), "rebuild the records");
  };
  write();
  std::string header;
  const auto status = core_->records->db().Get({}, core_->records->family(Family::engine), engine_key::header(cell), &header);
  if (!status.IsNotFound()) check(status, "read a cell's header");
  const CellHeader before = header.empty() ? CellHeader() : decode_cell_header(header);
  for (const RowEdit& row : edit.rows) put(Family::cell, format::be64_text(cell) + row.key, row.value);
  for (const RecordEdit& record : edit.records)
    put(record.record == Record::node ? Family::node : Family::links, format::be64_text(record.id), record.value);
  for (const ClaimEdit& claim : edit.claims) put(Family::claim, claim.key, claim.owner);
  for (const IndexEdit& index : edit.indexes) put(Family::index, index.key, index.value);
  put(Family::engine, engine_key::header(cell), encode_cell_header({before.version + 1, before.epoch, Uuid::generate()}));
  ++commits_;
  write_when_full();
}

void RebuiltRecords::add_note(std::string_view key, std::string_view value) {
  check(batch_.Put(core_->records->family(Family::cell), format::be64_text(kNotes).append(key), value), "rebuild the records");
  write_when_full();
}

std::optional<std::string> RebuiltRecords::find_note(std::string_view key) { return view()->find_row(kNotes, key); }

std::unique_ptr<Cursor> RebuiltRecords::notes() {
  notes_view_ = view();
  return notes_view_->rows(kNotes);
}

void RebuiltRecords::write_when_full() {
  if (batch_.GetDataSize() >= kBatchBytes) write();
}

void RebuiltRecords::write() {
  if (batch_.Count() == 0) return;
  core_->require_space(4 * batch_.GetDataSize(), "rebuild the records");
  check(core_->records->db().Write(without_log(), &batch_), "rebuild the records");
  batch_.Clear();
}

// One by one: RocksDB 7.8 mixes up its hints for sorted rows when a range is deleted.
void RebuiltRecords::remove_notes() {
  const std::string prefix = format::be64_text(kNotes);
  rocksdb::ColumnFamilyHandle* const cells = core_->records->family(Family::cell);
  const std::unique_ptr<rocksdb::Iterator> rows(core_->records->db().NewIterator({}, cells));
  for (rows->Seek(prefix); rows->Valid() && rows->key().starts_with(prefix); rows->Next()) {
    check(batch_.Delete(cells, rows->key()), "rebuild the records");
    write_when_full();
  }
  check(rows->status(), "rebuild the records");
  write();
}

void RebuiltRecords::finish() {
  notes_view_.reset();
  check(batch_.Put(core_->records->family(Family::engine), engine_key::kState, format::be64_pair(commits_, 1)), "rebuild the records");
  write();
  rocksdb::DB& db = core_->records->db();
  rocksdb::ColumnFamilyHandle* const cells = core_->records->family(Family::cell);
  remove_notes();
  std::vector<rocksdb::ColumnFamilyHandle*> families;
  for (std::size_t i = 0; i < kFamilyCount; ++i) families.push_back(core_->records->family(static_cast<Family>(i)));
  check(db.Flush({}, families), "rebuild the records");
  rocksdb::CompactRangeOptions all;
  all.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForceOptimized;
  const std::string first = format::be64_text(kNotes), behind = format::be64_text(kNotes + 1);
  const rocksdb::Slice begin(first), end(behind);
  check(db.CompactRange(all, cells, &begin, &end), "rebuild the records");
  core_->records.reset();
  base::sync_directory(directory_);
}

// At any time the store has one of both under the name `db`, and whatever has another name is whole, or `db.building`.
fs::path RebuiltRecords::put_in_place(const LockFile& lock) {
  finish();
  const fs::path records = core_->records_path(), made = core_->path / "db.new";
  fs::path former;
  move(directory_, made);
  base::sync_directory(core_->path);
  if (!is_there(records)) {
    move(made, records);
  } else if (exchange(made, records)) {
    base::sync_directory(core_->path);
    move(made, former = unused_name(core_->path));
  } else {
    move(records, former = unused_name(core_->path));
    base::sync_directory(core_->path);
    move(made, records);
  }
  base::sync_directory(core_->path);
  lock.set_witness(commits_);
  return former;
}

}  // namespace cairn::engine
