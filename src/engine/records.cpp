#include "engine/records.h"

#include <cairn/error.h>

#include <fmt/format.h>
#include <rocksdb/cache.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/listener.h>
#include <rocksdb/table.h>

#include <mutex>
#include <thread>
#include <vector>

#include "engine/rocksdb_status.h"

namespace cairn::engine {

// A log, table or manifest of which a write or sync has failed holds nobody knows what; replaying the log
// tells. So a failure stands until the database is opened again, and RocksDB does not recover by itself.
class RecordsFailure : public rocksdb::EventListener {
 public:
  void OnBackgroundError(rocksdb::BackgroundErrorReason, rocksdb::Status* error) override {
    // After a lesser error it would take writes for a while, then wait for background work that has stopped.
    if (error->severity() == rocksdb::Status::kNoError) return;
    const std::lock_guard lock(mutex_);
    if (!first_) first_ = error->ToString();
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
};

namespace {

constexpr std::array<std::string_view, kFamilyCount> kNames = {"default", "cell",  "node",   "links",
                                                               "index",   "claim", "digest", "blob"};
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
  db.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  // Never together with mmap reads: Debian's build asserts.
  db.use_direct_io_for_flush_and_compaction = true;
  db.max_open_files = options.secondary ? -1 : 1000;
  db.skip_stats_update_on_db_open = true;
  db.skip_checking_sst_file_sizes_on_db_open = true;
  db.db_host_id = "";  // else every table file carries the name of the machine
  db.stats_dump_period_sec = 0;
  db.stats_persist_period_sec = 0;
  // Not for a secondary: its purge in the background asserts that it is a primary (7.8.3, db_impl.cc:1686).
  db.avoid_unnecessary_blocking_io = !options.secondary;
  // The log is durable already, so a short-lived process need not turn it into table files when it ends or starts.
  db.avoid_flush_during_shutdown = true;
  db.avoid_flush_during_recovery = true;
  db.max_bgerror_resume_count = 0;
  return db;
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
  if (by_digest) table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.optimize_filters_for_memory = true;
  column.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return column;
}

}  // namespace

std::string_view family_name(Family family) { return kNames[static_cast<std::size_t>(family)]; }

Records::Records(const RecordsOptions& options) : failure_(std::make_shared<RecordsFailure>()) {
  rocksdb::DBOptions db_options = database_options(options);
  db_options.listeners.push_back(failure_);
  const auto cache = rocksdb::NewLRUCache(options.memory_bytes / 2);
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (std::size_t i = 0; i < kFamilyCount; ++i)
    families.emplace_back(std::string(kNames[i]), family_options(static_cast<Family>(i), options, cache));

  const std::string path = options.directory.string();
  rocksdb::DB* db = nullptr;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::Status status;
  if (options.secondary) {
    // The writer may replace a file between our reading its name and opening it; then the next look finds the new one.
    for (int attempt = 0; attempt < 20; ++attempt) {
      status = rocksdb::DB::OpenAsSecondary(db_options, path, path, families, &handles, &db);
      if (status.ok() || status.IsCorruption()) break;
      std::this_thread::yield();
    }
  } else {
    status = rocksdb::DB::Open(db_options, path, families, &handles, &db);
  }
  check(status, fmt::format("open {}", path));
  db_.reset(db);
  std::copy(handles.begin(), handles.end(), handles_.begin());
}

std::optional<std::string> Records::failure() const { return failure_->first(); }

Records::~Records() {
  for (rocksdb::ColumnFamilyHandle* handle : handles_)
    if (handle != nullptr) db_->DestroyColumnFamilyHandle(handle).PermitUncheckedError();
  db_->Close().PermitUncheckedError();
}

}  // namespace cairn::engine
