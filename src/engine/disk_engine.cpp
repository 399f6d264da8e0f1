#include "engine/disk_engine.h"

#include <cairn/error.h>

#include <fmt/format.h>
#include <rocksdb/snapshot.h>
#include <sys/stat.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <system_error>

#include "base/bytes.h"
#include "base/clock.h"
#include "engine/backup.h"
#include "engine/disk_backup.h"
#include "engine/disk_collection.h"
#include "engine/disk_committer.h"
#include "engine/disk_core.h"
#include "engine/disk_quarantine.h"
#include "engine/disk_repack.h"
#include "engine/disk_search.h"
#include "engine/disk_staging.h"
#include "engine/disk_view.h"
#include "engine/pack_check.h"
#include "engine/quarantine.h"
#include "engine/reader_lock.h"
#include "engine/rocksdb_files.h"
#include "engine/rocksdb_status.h"
#include "engine/store_directory.h"
#include "engine/table_commit.h"

namespace cairn::engine {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kFlushRoom = 128u << 20;     // the logs as tables, several times over
constexpr int kTableChecksMax = 20;  // beside a writer that changes its tables all the time

RecordsOptions records_options(DiskCore& core, const DiskOptions& options, bool create) {
  RecordsOptions records;
  records.directory = core.records_path();
  records.create = create;
  records.read_only = options.read_only;
  records.flush_logs = !options.read_only && base::free_bytes(core.path) >= kFlushRoom;
  records.memory_bytes = options.memory_bytes;
  records.background_threads = options.background_threads;
  records.env = core.env.get();
  records.failed = &core.records_failed;
  return records;
}

// A state of the records, and the lock that keeps a collection from taking away what it shows.
struct LockedRecords {
  ReaderLock lock;
  std::shared_ptr<Records> records;
};

constexpr int kLockAttemptsMax = 100;  // beside a writer that collects all the time

// A collection may have given back room between the opening of the records and the lock. Then there is a newer state.
std::shared_ptr<Records> open_locked(DiskCore& core, const DiskOptions& options) {
  for (int attempt = 1;; ++attempt) {
    auto records = std::make_shared<Records>(records_options(core, options, false));
    const auto locked = std::make_shared<LockedRecords>(ReaderLock(core.path, epoch_of(*records, {})), records);
    if (read_freed_epoch(core.path) <= locked->lock.epoch() || attempt == kLockAttemptsMax) return {locked, records.get()};
  }
}

void guard_space(DiskCore& core) {
  core.space.emplace(core.path, kBallastBytes);
  core.env = rocksdb::NewCompositeEnv(make_guarded_file_system(*core.space, core.file_mode, core.records_failed));
}

// Makes the parts of a store; the superblock comes last and is what makes it one.
void create_store(const fs::path& path, const DiskOptions& options) {
  std::error_code error;
  if (path.has_parent_path()) fs::create_directories(path.parent_path(), error);
  if (error) base::throw_errno(error.value(), fmt::format("create {}", path.parent_path().string()));
  const bool existed = fs::exists(path);
  make_directory(path, options.directory_mode);
  try {
    const std::uint64_t free = base::free_bytes(path);
    if (free < kSmallestDisk)
      throw Error(ErrorCode::no_space, fmt::format("create {}: the disk is full: {} bytes are free, expected at least {}",
                                                   path.string(), free, kSmallestDisk));
    base::File::open(unfinished_path(path), O_WRONLY | O_CREAT, file_mode(path));
    DiskCore core;
    core.path = path;
    core.file_mode = file_mode(path);
    core.lock.emplace(path, core.file_mode);
    if (fs::exists(superblock_path(path))) {  // another process was faster; what it made is not ours to make again
      fs::remove(unfinished_path(path), error);
      return;
    }
    core.lock->set_witness(0);
    make_directory(core.packs_path(), options.directory_mode);
    guard_space(core);
    core.records = std::make_shared<Records>(records_options(core, options, true));
    core.records.reset();
    base::replace_file(superblock_path(path), format::encode_superblock({format::kFormatVersion, Uuid::generate(),
                                                                         base::now_nanoseconds()}));
    base::sync_directory(path.has_parent_path() ? path.parent_path() : ".");
  } catch (const Error& failure) {
    if (failure.code() != ErrorCode::locked) {
      remove_store_parts(path);
      if (!existed) fs::remove(path, error);
    }
    throw;
  }
}

void load_state(DiskCore& core) {
  std::string state;
  const auto status = core.records->db().Get({}, core.records->family(Family::engine), engine_key::kState, &state);
  if (status.IsNotFound()) return;
  check(status, "read the state of the store");
  if (state.size() != 16)
    throw Error(ErrorCode::damaged, fmt::format("open {}: the state record has {} bytes, expected 16", core.path.string(), state.size()));
  core.commits = base::load_big_endian<std::uint64_t>(state.data());
  core.next_blob = base::load_big_endian<std::uint64_t>(state.data() + 8);
}

void check_witness(const DiskCore& core, std::uint64_t witnessed) {
  if (core.commits < witnessed)
    throw Error(ErrorCode::damaged,
                fmt::format("open {}: {} of {} commits are lost from the records in {}", core.path.string(),
                            witnessed - core.commits, witnessed, core.records_path().string()));
}

void check_runs(const Records& records, const rocksdb::ReadOptions& options, std::vector<Finding>& findings) {
  const std::unique_ptr<rocksdb::Iterator> walk(records.db().NewIterator(options, records.family(Family::engine)));
  const std::map<std::uint64_t, std::uint64_t> ends = pack_ends(records, options);
  for (walk->Seek(engine_key::kRun); walk->Valid() && walk->key().starts_with(engine_key::kRun); walk->Next()) {
    const auto run = engine_key::parse_run(walk->key().ToStringView(), walk->value().ToStringView());
    const auto end = run ? ends.find(run->pack) : ends.end();
    if (end == ends.end() || run->end > end->second)
      findings.push_back({"records", "a run of blobs that is not in its pack", std::nullopt});
  }
  check(walk->status(), "read the runs of blobs");
}

// Cuts what a crash left behind the last commit, and finds where appending goes on.
std::unique_ptr<PackWriter> recover_packs(const DiskCore& core, std::uint64_t pack_bytes_max) {
  const std::map<std::uint64_t, std::uint64_t> ends = pack_ends(*core.records);
  std::uint64_t next = ends.empty() ? 1 : ends.rbegin()->first + 1;
  PackWriter::Position last;
  const bool may_be_read = has_readers(core.lock->file(), 0, core.epochs.current());
  make_directory(core.packs_path(), 0700);  // an empty one may be lost on the way through an archive
  std::error_code error;
  fs::directory_iterator entries(core.packs_path(), error);
  if (error) base::throw_errno(error.value(), fmt::format("open {}", core.packs_path().string()));
  for (const fs::directory_entry& entry : entries) {
    const auto pack = format::parse_pack_file_name(entry.path().filename().string());
    if (!pack) continue;
    next = std::max(next, *pack + 1);
    const auto end = ends.find(*pack);
    if (end == ends.end()) {
      if (may_be_read) continue;
      fs::remove(entry.path(), error);  // begun after the last commit, or freed by a collection
      if (error) base::throw_errno(error.value(), fmt::format("remove {}", entry.path().string()));
      continue;
    }
    const base::File file = base::File::open(entry.path(), O_RDWR);
    const std::uint64_t size = file.size();
    if (size > end->second) file.truncate(end->second);
    // A pack that is shorter than it was is damaged; it is reported by verify, and not appended to.
    if (size >= end->second && *pack == ends.rbegin()->first) last = {*pack, end->second};
  }
  return std::make_unique<PackWriter>(core.packs_path(), core.file_mode, core.store_id(), last, next, pack_bytes_max);
}

std::uint64_t bytes_below(const fs::path& directory) {
  std::uint64_t bytes = 0;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(directory, error)) {
    struct stat status {};
    if (::lstat(entry.path().c_str(), &status) == 0) bytes += static_cast<std::uint64_t>(status.st_blocks) * 512;
  }
  return bytes;
}

// It differs whenever the store has changed: each commit writes its witness.
std::string state_of(const fs::path& store, const fs::path& records) {
  return fmt::format("{} {}", read_witness(store), database_fingerprint(records));
}

class DiskEngine : public Engine, public BackupSource, public BlobQuarantine, public BlobSearcher {
 public:
  explicit DiskEngine(std::shared_ptr<DiskCore> core, const DiskOptions& options)
      : core_(std::move(core)), options_(options), committer_(*core_) {}

  ~DiskEngine() override {
    if (core_->freed) core_->freed->release();
  }

  Uuid uuid() const override { return core_->superblock.uuid; }
  bool read_only() const override { return core_->read_only; }

  std::unique_ptr<View> view() const override { return make_disk_view(core_, newest_records()); }

  std::unique_ptr<Staging> stage() override {
    require_writable("store new data");
    return std::make_unique<DiskStaging>(core_, committer_);
  }

  std::unique_ptr<RowStaging> stage_rows() override {
    require_writable("store new rows");
    return std::make_unique<DiskRowStaging>(core_);
  }

  PublishResult publish(Staging* staging, const Commit& commit) override {
    require_writable("commit");
    PublishResult result = committer_.publish(static_cast<DiskStaging*>(staging), commit);
    if (core_->freed->waiting_bytes() != 0) core_->freed->release();
    return result;
  }

  void refresh() override {
    if (!core_->read_only) return;
    std::lock_guard lock(refresh_mutex_);
    std::string now = state_of(core_->path, core_->records_path());
    if (now == seen_) return;
    core_->records = open_locked(*core_, options_);
    core_->packs->forget_removed();
    seen_ = std::move(now);  // taken before opening: what changed in between is seen next time
  }

  EngineStats stats() const override {
    EngineStats stats;
    stats.format = core_->superblock.format;
    stats.record_bytes = bytes_below(core_->records_path());
    stats.pack_bytes = bytes_below(core_->packs_path());
    struct stat ballast {};  // its blocks: given back, it keeps its size
    if (::stat((core_->path / "ballast").c_str(), &ballast) == 0)
      stats.reserve_bytes = static_cast<std::uint64_t>(ballast.st_blocks) * 512;
    stats.collisions = core_->collisions;
    return stats;
  }

  std::unique_ptr<Collection> begin_collection() override {
    require_writable("collect");
    return begin_disk_collection(core_, committer_, std::unique_lock(collection_mutex_));
  }

  RepackReport repack(const RepackOptions& options) override {
    require_writable("compact");
    const std::lock_guard turn(collection_mutex_);
    return engine::repack(*core_, committer_, options);
  }

  std::filesystem::path scratch_directory() const override { return core_->path; }

  void set_aside(std::span<const Digest> blobs) override {
    require_writable("set blobs aside");
    const std::lock_guard turn(collection_mutex_);
    set_aside_on_disk(*core_, committer_, blobs);
  }
  void search_blobs(const BlobSearch& search) const override { search_disk(*core_, *core_->records, search); }

  void compact() override {
    require_writable("compact");
    core_->space->require(bytes_below(core_->records_path()), 0, "compact");
    core_->records->compact();
  }

  BackupReport back_up(const fs::path& directory, const BackupOptions& options) const override {
    return back_up_disk(DiskState(core_, newest_records()), directory, options);
  }

  std::vector<Finding> verify() const override {
    std::vector<Finding> findings;
    const std::shared_ptr<Records> records = newest_records();
    const rocksdb::Status status = check_tables(*records);
    if (!status.ok()) findings.push_back({core_->records_path().string(), status.ToString(), std::nullopt});
    rocksdb::ReadOptions options;
    std::optional<rocksdb::ManagedSnapshot> snapshot;  // packs grow, come and go meanwhile
    if (!core_->read_only) options.snapshot = snapshot.emplace(&records->db()).snapshot();
    const auto ends = pack_ends(*records, options);
    for (const auto& [pack, end] : ends) check_pack(core_->packs_path(), pack, end, core_->store_id(), findings);
    check_runs(*records, options, findings);
    return findings;
  }

 private:
  std::shared_ptr<Records> newest_records() const {
    const std::lock_guard lock(refresh_mutex_);
    return core_->records;
  }

  // RocksDB opens tables anew for this. Those that a reader has open may have been removed by a writer meanwhile: then the ones
  // that took their place are looked at.
  rocksdb::Status check_tables(const Records& records) const {
    rocksdb::Status status = records.db().VerifyChecksum();
    for (int attempt = 0; core_->read_only && !status.ok() && attempt < kTableChecksMax; ++attempt) {
      const std::string before = database_fingerprint(core_->records_path());
      status = Records(records_options(*core_, options_, false)).db().VerifyChecksum();
      if (database_fingerprint(core_->records_path()) == before) break;
    }
    return status;
  }

  void require_writable(std::string_view doing) const {
    if (core_->read_only)
      throw Error(ErrorCode::read_only, fmt::format("{}: {} is open for reading only", doing, core_->path.string()));
  }

  std::shared_ptr<DiskCore> core_;
  DiskOptions options_;
  DiskCommitter committer_;
  std::mutex collection_mutex_;
  mutable std::mutex refresh_mutex_;
  std::string seen_;  // state_of() what `records` shows, or something older
};

void open_for_reading(DiskCore& core, const DiskOptions& options) {
  core.superblock = read_superblock(core.path);
  core.packs = std::make_unique<PackReader>(core.packs_path());
  const std::uint64_t witnessed = options.ignore_witness ? 0 : read_witness(core.path);  // before the records, which may grow meanwhile
  core.records = open_locked(core, options);
  load_state(core);
  check_witness(core, witnessed);
}

// From now on the store may get what programs of the older format cannot read, and they must be told so.
void upgrade(DiskCore& core) {
  if (core.superblock.format == format::kFormatVersion) return;
  core.superblock.format = format::kFormatVersion;
  base::replace_file(superblock_path(core.path), format::encode_superblock(core.superblock));
}

void open_for_writing(DiskCore& core, const DiskOptions& options) {
  core.superblock = read_superblock(core.path);
  core.file_mode = file_mode(core.path);
  core.lock.emplace(core.path, core.file_mode);
  guard_space(core);
  remove_unfinished_tables(core.records_path());
  core.records = std::make_shared<Records>(records_options(core, options, false));
  load_state(core);
  check_witness(core, core.lock->witness());
  core.lock->set_witness(core.commits);
  core.packs = std::make_unique<PackReader>(core.packs_path());
  core.freed_epoch = freed_epoch_in(core.lock->file());
  core.epochs.set_current(epoch_of(*core.records, {}));
  core.freed.emplace(core.packs_path(), *core.packs, [&core](std::uint64_t epoch) { return may_free_before(core, epoch); });
  core.writer = recover_packs(core, options.pack_bytes_max);
  upgrade(core);
}

}  // namespace

std::unique_ptr<Engine> open_disk_engine(const fs::path& given, const DiskOptions& options) {
  const fs::path path = whole_path(given, "open a store");
  const Found found = find_store(path);
  const bool may_create = options.create && !options.read_only;
  if (found == Found::other)
    throw Error(ErrorCode::no_store, fmt::format("open {}: there is no store, and it is not an empty directory", path.string()));
  if (found != Found::store && !may_create)
    throw Error(ErrorCode::no_store, fmt::format("open {}: there is no store", path.string()));
  if (found == Found::unfinished) {
    const LockFile lock(path);  // nobody is creating it at this moment
    remove_store_parts(path);
  }
  if (found != Found::store) create_store(path, options);

  auto core = std::make_shared<DiskCore>();
  core->path = path;
  core->read_only = options.read_only;
  core->compression = options.compression;
  options.read_only ? open_for_reading(*core, options) : open_for_writing(*core, options);
  return std::make_unique<DiskEngine>(std::move(core), options);
}

}  // namespace cairn::engine
