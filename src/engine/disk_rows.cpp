#include "engine/disk_rows.h"

#include <cairn/error.h>

#include <fmt/format.h>
#include <rocksdb/sst_file_reader.h>

#include <cstring>
#include <system_error>
#include <utility>

#include "engine/rocksdb_status.h"

namespace cairn::engine {
namespace {

constexpr std::uint64_t kAskedFor = 16u << 20;  // bytes: is there still room?
constexpr std::size_t kHandedOver = 256u << 10;  // bytes of rows: to begin a thread takes as long as to write 30

rocksdb::Options options_of(const Records& records, Family family) { return records.db().GetOptions(records.family(family)); }

struct RowSizes {
  std::uint32_t key, value;
};

void append_row(std::string& rows, std::string_view key, std::string_view value) {
  const RowSizes sizes{static_cast<std::uint32_t>(key.size()), static_cast<std::uint32_t>(value.size())};
  rows.append(reinterpret_cast<const char*>(&sizes), sizeof sizes).append(key).append(value);
}

void write_rows(rocksdb::SstFileWriter& writer, std::string_view rows, const std::string& path) {
  for (std::size_t at = 0; at != rows.size();) {
    RowSizes sizes{};
    std::memcpy(&sizes, rows.data() + at, sizeof sizes);
    at += sizeof sizes;
    const rocksdb::Status status = writer.Put(rows.substr(at, sizes.key), rows.substr(at + sizes.key, sizes.value));
    if (!status.ok()) check(status, fmt::format("write {}", path));
    at += std::size_t{sizes.key} + sizes.value;
  }
}

}  // namespace

DiskRowStaging::DiskRowStaging(std::shared_ptr<DiskCore> core) : core_(std::move(core)) {}

DiskRowStaging::~DiskRowStaging() {
  for (std::optional<Table>& table : tables_) {
    if (!table) continue;
    if (table->writing.valid()) table->writing.wait();
    table->writer = nullptr;
    std::error_code ignored;  // it is gone if a commit took it in
    std::filesystem::remove(table->path, ignored);
  }
}

void DiskRowStaging::add_record(Record record, NodeId id, std::string_view value) {
  add(record == Record::node ? Family::node : Family::links, format::be64_text(id), value);
}
void DiskRowStaging::add_claim(std::string_view key, std::string_view owner) { add(Family::claim, key, owner); }
void DiskRowStaging::add_index(std::string_view key, std::string_view value) { add(Family::index, key, value); }

std::optional<std::string> DiskRowStaging::finish(Family family) {
  std::optional<Table>& table = tables_[static_cast<std::size_t>(family)];
  if (!table) return std::nullopt;
  if (table->writer != nullptr) {
    hand_over(*table);
    table->writing.get();
    check(table->writer->Finish(), fmt::format("write {}", table->path));
    table->writer = nullptr;
  }
  return table->path;
}

void DiskRowStaging::finish(std::vector<StagedTable>& tables) {
  for (std::size_t i = 0; i < kFamilyCount; ++i)
    if (auto path = finish(static_cast<Family>(i))) tables.push_back({static_cast<Family>(i), std::move(*path)});
}

// Both are in order of key, so each goes on from where the other is.
std::optional<std::string> DiskRowStaging::find_owned_claim() {
  const auto path = finish(Family::claim);
  if (!path) return std::nullopt;
  rocksdb::SstFileReader reader(options_of(*core_->records, Family::claim));
  check(reader.Open(*path), fmt::format("read {}", *path));
  const std::unique_ptr<rocksdb::Iterator> ours(reader.NewIterator({}));
  const std::unique_ptr<rocksdb::Iterator> owned(core_->records->db().NewIterator({}, core_->records->family(Family::claim)));
  ours->SeekToFirst();
  while (ours->Valid()) {
    owned->Seek(ours->key());
    if (!owned->Valid()) break;
    if (owned->key() != ours->key()) {
      ours->Seek(owned->key());
      continue;
    }
    if (owned->value() != ours->value()) return ours->key().ToString();
    ours->Next();
  }
  check(ours->status(), "look up claims");
  check(owned->status(), "look up claims");
  return std::nullopt;
}

void DiskRowStaging::add(Family family, std::string_view key, std::string_view value) {
  std::optional<Table>& slot = tables_[static_cast<std::size_t>(family)];
  Table& table = slot ? *slot : open(family);
  if (table.writer == nullptr) throw Error(ErrorCode::internal, "add a row: its table has been ended");
  append_row(table.rows, key, value);
  if (table.rows.size() >= kHandedOver) hand_over(table);
}

// Throws what went wrong with the rows that were handed over before.
void DiskRowStaging::hand_over(Table& table) {
  table.bytes_unasked += table.rows.size();
  if (table.bytes_unasked >= kAskedFor) core_->require_space(std::exchange(table.bytes_unasked, 0), "load rows");
  std::string rows = table.writing.valid() ? table.writing.get() : std::string();
  rows.swap(table.rows);
  const auto write = [&table](std::string handed) {
    write_rows(*table.writer, handed, table.path);
    handed.clear();
    return handed;
  };
  table.writing = std::async(std::launch::async | std::launch::deferred, write, std::move(rows));
}

DiskRowStaging::Table& DiskRowStaging::open(Family family) {
  static std::atomic<std::uint64_t> number{0};
  core_->require_space(kAskedFor, "load rows");
  std::optional<Table>& table = tables_[static_cast<std::size_t>(family)];
  const auto name = fmt::format("{}{}-{}.sst", kStagedRowsPrefix, family_name(family), ++number);
  table.emplace(Table{});
  table->path = (core_->records_path() / name).string();
  rocksdb::Options options = options_of(*core_->records, family);
  // Else it is the method of the last level, which costs more than all else; compaction comes to that in its time.
  options.bottommost_compression = rocksdb::kDisableCompressionOption;
  table->writer = std::make_unique<rocksdb::SstFileWriter>(rocksdb::EnvOptions(options), options, core_->records->family(family));
  check(table->writer->Open(table->path), fmt::format("write {}", table->path));
  return *table;
}

}  // namespace cairn::engine
