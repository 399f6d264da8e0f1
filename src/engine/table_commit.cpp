#include "engine/table_commit.h"

#include <cairn/error.h>

#include <fmt/format.h>
#include <rocksdb/snapshot.h>
#include <rocksdb/sst_file_writer.h>

#include <algorithm>
#include <array>
#include <string>
#include <system_error>
#include <vector>

#include "engine/disk_rows.h"
#include "engine/rocksdb_status.h"

namespace cairn::engine {
namespace {

namespace fs = std::filesystem;

struct Row {
  rocksdb::Slice key, value;
  bool is_deleted = false;
};

/// The rows of a batch by family, each in the order of its keys, the last one of each key.
class SortedRows : public rocksdb::WriteBatch::Handler {
 public:
  SortedRows(const Records& records, const rocksdb::WriteBatch& batch) : records_(records) {
    check(batch.Iterate(this), "build a commit");
    for (std::vector<Row>& rows : families_) {
      const auto by_key = [](const Row& one, const Row& other) { return one.key.compare(other.key) < 0; };
      if (!std::ranges::is_sorted(rows, by_key)) std::ranges::stable_sort(rows, by_key);
      const auto same_key = [](const Row& one, const Row& other) { return one.key == other.key; };
      const auto kept = std::unique(rows.rbegin(), rows.rend(), same_key).base();
      rows.erase(rows.begin(), kept);
    }
  }

  const std::vector<Row>& rows(Family family) const { return families_[static_cast<std::size_t>(family)]; }

  rocksdb::Status PutCF(std::uint32_t id, const rocksdb::Slice& key, const rocksdb::Slice& value) override {
    add(id, {key, value, false});
    return rocksdb::Status::OK();
  }
  rocksdb::Status DeleteCF(std::uint32_t id, const rocksdb::Slice& key) override {
    add(id, {key, {}, true});
    return rocksdb::Status::OK();
  }

 private:
  void add(std::uint32_t id, const Row& row) {
    for (std::size_t i = 0; i < kFamilyCount; ++i)
      if (records_.family(static_cast<Family>(i))->GetID() == id) return families_[i].push_back(row);
    throw Error(ErrorCode::internal, fmt::format("build a commit: a row of family {}", id));
  }

  const Records& records_;
  std::array<std::vector<Row>, kFamilyCount> families_;
};

constexpr std::string_view kPrefix = "commit-";

void write_table(rocksdb::DB& db, rocksdb::ColumnFamilyHandle* family, const std::vector<Row>& rows, const std::string& path) {
  const rocksdb::Options options = db.GetOptions(family);
  rocksdb::SstFileWriter writer(rocksdb::EnvOptions(options), options, family);
  const auto must = [&](const rocksdb::Status& status) {
    if (!status.ok()) check(status, fmt::format("commit: write {}", path));
  };
  std::error_code error;
  fs::remove(path, error);  // one that stayed is the same file as a table of the database
  if (error) throw Error(ErrorCode::io, fmt::format("commit: remove {}: {}", path, error.message()));
  must(writer.Open(path));
  for (const Row& row : rows) must(row.is_deleted ? writer.Delete(row.key) : writer.Put(row.key, row.value));
  must(writer.Finish());  // and syncs it
}

// What is in the log alone goes to tables as well: else a log that is damaged later would lose earlier commits than this
// one, and nobody would notice.
void flush_log(const Records& records) {
  std::vector<rocksdb::ColumnFamilyHandle*> families;
  for (std::size_t i = 0; i < kFamilyCount; ++i) families.push_back(records.family(static_cast<Family>(i)));
  check(records.db().Flush({}, families), "commit: turn the log into tables");
}

// No table of RocksDB's own is made or compacted meanwhile: taking tables in reads the newest version of the levels beside one that
// may be older, and asserts where they differ (7.8.3), or where a compaction lies between two of the tables
// (github.com/facebook/rocksdb/issues/13495). Waits for what is under way.
class PausedBackground {
 public:
  explicit PausedBackground(rocksdb::DB& db) : db_(db) { check(db_.PauseBackgroundWork(), "commit: wait for compactions"); }
  ~PausedBackground() { db_.ContinueBackgroundWork().PermitUncheckedError(); }
  PausedBackground(const PausedBackground&) = delete;

 private:
  rocksdb::DB& db_;
};

void add_tables(const Records& records, const fs::path& directory, const SortedRows& sorted,
                std::span<const StagedTable> staged) {
  std::vector<rocksdb::IngestExternalFileArg> tables;
  for (std::size_t i = 0; i < kFamilyCount; ++i) {
    const auto family = static_cast<Family>(i);
    rocksdb::IngestExternalFileArg table;
    table.column_family = records.family(family);
    table.options.move_files = true;
    table.options.write_global_seqno = false;  // the manifest has it
    table.options.allow_blocking_flush = false;  // all is in tables already
    for (const StagedTable& one : staged)  // where keys are in several, the last one counts
      if (one.family == family) table.external_files.push_back(one.path);
    if (!sorted.rows(family).empty()) {
      table.external_files.push_back((directory / fmt::format("{}{}.sst", kPrefix, family_name(family))).string());
      write_table(records.db(), table.column_family, sorted.rows(family), table.external_files.back());
    }
    if (!table.external_files.empty()) tables.push_back(std::move(table));
  }
  const PausedBackground paused(records.db());
  // Without a snapshot rows that overlap nothing would belong to the past, and a view that is opened meanwhile would come to
  // see them without the others.
  const rocksdb::ManagedSnapshot before(&records.db());
  const rocksdb::Status status = records.db().IngestExternalFiles(tables);
  if (!status.ok() && records.failure())  // of the manifest, which may hold the edit or not
    throw Error(ErrorCode::unknown_outcome,
                fmt::format("commit: {}; open the store again to see whether it happened", status.ToString()));
  check(status, "commit");
}

void remove_tables(const fs::path& directory, std::string_view prefix) {
  std::error_code ignored;  // before the next ones are written they must go
  for (const fs::directory_entry& entry : fs::directory_iterator(directory, ignored))
    if (entry.path().filename().string().starts_with(prefix)) fs::remove(entry.path(), ignored);
}

}  // namespace

void commit_as_tables(const Records& records, const fs::path& directory, const rocksdb::WriteBatch& batch,
                      std::span<const StagedTable> staged) {
  flush_log(records);
  try {
    add_tables(records, directory, SortedRows(records, batch), staged);
  } catch (...) {
    remove_tables(directory, kPrefix);  // the disk may be full
    throw;
  }
}

void remove_unfinished_tables(const fs::path& directory) {
  remove_tables(directory, kPrefix);
  remove_tables(directory, kStagedRowsPrefix);
}

}  // namespace cairn::engine
