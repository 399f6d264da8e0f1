#include "engine/records.h"

#include <cairn/error.h>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <rocksdb/cache.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/listener.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>

#include <algorithm>
#include <fstream>
#include <mutex>
#include <system_error>
#include <vector>

#include "engine/rocksdb_status.h"

namespace cairn::engine {

// A log, table or manifest of which a write or sync has failed holds nobody knows what; replaying the log
// tells. So a failure stands until the database is opened again, and RocksDB does not recover by itself.
class RecordsFailure : public rocksdb::EventListener {
 public:
  explicit RecordsFailure(std::atomic<bool>* failed) : failed_(failed) {}

  void OnBackgroundError(rocksdb::BackgroundErrorReason, rocksdb::Status* error) override {
    // After a lesser error it would take writes for a while, then wait for background work that has stopped.
    if (error->severity() == rocksdb::Status::kNoError) return;
    const std::lock_guard lock(mutex_);
    if (!first_) first_ = error->ToString();
    if (failed_ != nullptr) *failed_ = true;
  }
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason, rocksdb::Status, bool* recover) override {
    *recover = false;
  }

  std::optional<std::string> first() const {
    const std::lock_guard lock(mutex_);
    return first_;
  }

 private:
  mutable std::mutex mutex_;
  std::optional<std::string> first_;
  std::atomic<bool>* const failed_;
};

namespace {

constexpr std::array<std::string_view, kFamilyCount> kNames = {"default", "cell",  "node",   "links",
                                                               "index",   "claim", "digest", "blob"};
namespace fs = std::filesystem;

constexpr int kOpenAttemptsMax = 100;  // beside a writer that changes its tables all the time
constexpr std::uint64_t kCompactionBytesMax = 1600u << 20;  // RocksDB's own limit: 25 tables of 64 MiB
constexpr std::uint64_t kLogBytesMax = 16u << 20;  // replaying it takes about a third of a second

// RocksDB's own log: nobody reads it in a store that works, and a reader must not write into the directory.
class NoLog : public rocksdb::Logger {
 public:
  NoLog() : rocksdb::Logger(rocksdb::InfoLogLevel::FATAL_LEVEL) {}
  using rocksdb::Logger::Logv;
  void Logv(const char*, va_list) override {}
};

rocksdb::DBOptions database_options(const RecordsOptions& options) {
  rocksdb::DBOptions db;
  if (options.env != nullptr) db.env = options.env;
  db.create_if_missing = options.create;
  db.create_missing_column_families = options.create;
  db.info_log = std::make_shared<NoLog>();
  db.max_background_jobs = std::max(options.background_threads, 1);
  db.max_total_wal_size = kLogBytesMax;
  db.db_write_buffer_size = options.memory_bytes / 4;
  db.paranoid_checks = !options.tolerate_damage;
  db.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  // Never together with mmap reads: Debian's build asserts.
  db.use_direct_io_for_flush_and_compaction = true;
  db.max_open_files = options.read_only ? -1 : 1000;  // a reader keeps the tables that a writer may remove
  db.skip_stats_update_on_db_open = true;
  db.db_host_id = "";  // else every table file carries the name of the machine
  db.stats_dump_period_sec = 0;
  db.stats_persist_period_sec = 0;
  db.avoid_unnecessary_blocking_io = !options.read_only;
  // The log is durable already, so a short-lived process need not turn it into table files when it ends.
  db.avoid_flush_during_shutdown = true;
  db.avoid_flush_during_recovery = !options.flush_logs;
  db.max_bgerror_resume_count = 0;
  db.allow_concurrent_memtable_write = false;  // commits come one by one; see DiskCommitter
  return db;
}

bool is_manifest(std::string_view name) { return name.starts_with("MANIFEST-"); }

std::string sized(const fs::path& file) {
  std::error_code error;
  const std::uintmax_t size = fs::file_size(file, error);
  return fmt::format("{}:{}", file.filename().string(), error ? 0 : size);
}

// It grows, or another one takes its place, with each table that comes or goes.
std::string manifest_state(const fs::path& directory) {
  std::string name;
  std::getline(std::ifstream(directory / "CURRENT"), name);
  return sized(directory / name);
}

rocksdb::ColumnFamilyOptions family_options(Family family, const RecordsOptions& options,
                                            const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::ColumnFamilyOptions column;
  column.write_buffer_size = options.memory_bytes / 8;
  const bool by_digest = family == Family::digest || family == Family::claim;
  column.compression = by_digest ? rocksdb::kNoCompression : rocksdb::kLZ4Compression;
  column.bottommost_compression = by_digest ? rocksdb::kNoCompression : rocksdb::kZSTD;
  rocksdb::BlockBasedTableOptions table;
  table.checksum = rocksdb::kXXH3;  // CRC32C is computed in software in Debian's build
  table.format_version = 5;
  table.block_size = by_digest ? 4096 : 8192;
  table.block_cache = cache;
  if (by_digest) {  // most look-ups are for what is not there
    column.memtable_whole_key_filtering = true;
    column.memtable_prefix_bloom_size_ratio = 0.1;
  }
  // Rows of one commit come in their order: each is looked for from where the one before it went, in each index by itself.
  column.memtable_insert_with_hint_prefix_extractor.reset(rocksdb::NewCappedPrefixTransform(family == Family::index ? 1 : 0));
  // Digests come from everywhere, so each compaction writes the whole level below again; looking into more tables costs
  // less than doing it twice as often (measured: 4 and 12 are slower for 600,000 new rows in batches of 50,000).
  if (by_digest) column.level0_file_num_compaction_trigger = 8;
  if (by_digest) table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.optimize_filters_for_memory = true;
  column.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return column;
}

}  // namespace

std::string_view family_name(Family family) { return kNames[static_cast<std::size_t>(family)]; }

std::string database_fingerprint(const fs::path& directory) {
  std::vector<std::string> files;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(directory, error)) {
    const std::string name = entry.path().filename().string();
    if (name.ends_with(".log") || is_manifest(name)) files.push_back(sized(entry.path()));
  }
  std::sort(files.begin(), files.end());
  return fmt::format("{}", fmt::join(files, " "));
}

Records::Records(const RecordsOptions& options) : failure_(std::make_shared<RecordsFailure>(options.failed)) {
  check(options.read_only ? open_beside_writer(options) : open(options),
        fmt::format("open {}", options.directory.string()));
}

rocksdb::Status Records::open(const RecordsOptions& options) {
  rocksdb::DBOptions db_options = database_options(options);
  db_options.listeners.push_back(failure_);
  const auto cache = rocksdb::NewLRUCache(options.memory_bytes / 2);
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (std::size_t i = 0; i < kFamilyCount; ++i)
    families.emplace_back(std::string(kNames[i]), family_options(static_cast<Family>(i), options, cache));

  const std::string path = options.directory.string();
  rocksdb::DB* db = nullptr;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  const rocksdb::Status status = options.read_only
                                     ? rocksdb::DB::OpenForReadOnly(db_options, path, families, &handles, &db)
                                     : rocksdb::DB::Open(db_options, path, families, &handles, &db);
  db_.reset(db);
  std::copy(handles.begin(), handles.end(), handles_.begin());
  return status;
}

// A writer removes a log only after the manifest has the tables that were made of it. So what was read is whole, and
// what was missing is damage, if the manifest has not changed meanwhile. (Not RocksDB's secondary: where a table is
// missing, that quietly shows an older version.)
rocksdb::Status Records::open_beside_writer(const RecordsOptions& options) {
  for (int attempt = 1;; ++attempt) {
    const std::string before = manifest_state(options.directory);
    const rocksdb::Status status = open(options);
    if (manifest_state(options.directory) == before || attempt == kOpenAttemptsMax) return status;
    close();
  }
}

std::optional<std::string> Records::failure() const { return failure_->first(); }

Records::~Records() { close(); }

void Records::compact() {
  rocksdb::CompactRangeOptions options;
  options.exclusive_manual_compaction = false;
  options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForceOptimized;
  for (rocksdb::ColumnFamilyHandle* handle : handles_) check(db_->CompactRange(options, handle, nullptr, nullptr), "compact the records");
}

std::uint64_t Records::unwritten_bytes() const {
  std::uint64_t memory = 0, compaction = 0;
  db_->GetAggregatedIntProperty(rocksdb::DB::Properties::kCurSizeAllMemTables, &memory);
  db_->GetAggregatedIntProperty(rocksdb::DB::Properties::kEstimatePendingCompactionBytes, &compaction);
  return memory + std::min(compaction, kCompactionBytesMax);
}

void Records::close() {
  for (rocksdb::ColumnFamilyHandle*& handle : handles_) {
    if (handle != nullptr) db_->DestroyColumnFamilyHandle(handle).PermitUncheckedError();
    handle = nullptr;
  }
  if (db_ != nullptr) db_->Close().PermitUncheckedError();
  db_.reset();
}

}  // namespace cairn::engine
