#include "engine/record_changes.h"

#include <fmt/format.h>
#include <rocksdb/db.h>

#include <system_error>
#include <utility>

#include "engine/disk_rows.h"
#include "engine/rocksdb_status.h"

namespace cairn::engine {
namespace {

constexpr std::uint64_t kTableBytes = 64u << 20;  // what RocksDB itself makes them
constexpr std::uint64_t kAskedFor = 1u << 20;     // bytes: is there still room?
constexpr std::size_t kReadAhead = 2u << 20;

// All rows of a family, in order.
class Rows {
 public:
  Rows(const Records& records, rocksdb::ReadOptions reading, Family family) : family_(family) {
    reading.fill_cache = false;
    reading.readahead_size = kReadAhead;
    walk_.reset(records.db().NewIterator(reading, records.family(family)));
    walk_->SeekToFirst();
    check_end();
  }

  bool valid() const { return walk_->Valid(); }
  std::string_view key() const { return walk_->key().ToStringView(); }
  std::string_view value() const { return walk_->value().ToStringView(); }
  void next() {
    walk_->Next();
    check_end();
  }

 private:
  void check_end() const {
    if (!walk_->Valid() && !walk_->status().ok())
      check(walk_->status(), fmt::format("read the records of family {}", family_name(family_)));
  }

  const Family family_;
  std::unique_ptr<rocksdb::Iterator> walk_;
};

void compare_family(Family family, Rows& before, Rows& after, const std::function<void(const RowChange&)>& visit) {
  while (before.valid() || after.valid()) {
    const int order = !before.valid() ? 1 : !after.valid() ? -1 : before.key().compare(after.key());
    if (order < 0) {
      visit({family, before.key(), before.value(), std::nullopt});
    } else if (order > 0) {
      visit({family, after.key(), std::nullopt, after.value()});
    } else if (before.value() != after.value()) {
      visit({family, after.key(), before.value(), after.value()});
    }
    if (order <= 0) before.next();
    if (order >= 0) after.next();
  }
}

}  // namespace

void compare_records(const Records& before, const Records& after, const rocksdb::ReadOptions& reading,
                     const std::function<void(const RowChange&)>& visit) {
  for (std::size_t i = 0; i < kFamilyCount; ++i) {
    const auto family = static_cast<Family>(i);
    Rows old_rows(before, {}, family), new_rows(after, reading, family);
    compare_family(family, old_rows, new_rows, visit);
  }
}

ChangeTables::ChangeTables(const Records& records, std::filesystem::path directory, SpaceGuard& space)
    : records_(records), directory_(std::move(directory)), space_(space) {}

ChangeTables::~ChangeTables() {
  writer_ = nullptr;
  std::error_code ignored;  // they are gone if a commit took them in
  for (const StagedTable& table : tables_) std::filesystem::remove(table.path, ignored);
}

void ChangeTables::open(Family family) {
  const auto name = fmt::format("{}changed-{}-{}.sst", kStagedRowsPrefix, family_name(family), tables_.size());
  tables_.push_back({family, (directory_ / name).string()});
  const rocksdb::Options options = records_.db().GetOptions(records_.family(family));
  writer_ = std::make_unique<rocksdb::SstFileWriter>(rocksdb::EnvOptions(options), options, records_.family(family));
  check(writer_->Open(tables_.back().path), fmt::format("write {}", tables_.back().path));
}

void ChangeTables::close() {
  if (writer_ == nullptr) return;
  check(writer_->Finish(), fmt::format("write {}", tables_.back().path));
  writer_ = nullptr;
}

void ChangeTables::add(Family family, std::string_view key, const std::optional<std::string_view>& value) {
  if (writer_ != nullptr && (tables_.back().family != family || writer_->FileSize() >= kTableBytes)) close();
  if (rows_++ == 0 || unasked_ >= kAskedFor) {
    space_.require(kAskedFor, 0, "back up");
    unasked_ = 0;
  }
  if (writer_ == nullptr) open(family);
  const std::uint64_t size = key.size() + (value ? value->size() : 0);
  unasked_ += size;
  bytes_ += size;
  const rocksdb::Status status = value ? writer_->Put(key, *value) : writer_->Delete(key);
  if (!status.ok()) check(status, fmt::format("write {}", tables_.back().path));
}

const std::vector<StagedTable>& ChangeTables::finish() {
  close();
  return tables_;
}

}  // namespace cairn::engine
