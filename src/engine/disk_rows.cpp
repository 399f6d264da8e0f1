#include "engine/disk_rows.h"

#include <cairn/error.h>

#include <fmt/format.h>
#include <rocksdb/sst_file_reader.h>

#include <system_error>

#include "engine/rocksdb_status.h"

namespace cairn::engine {
namespace {

constexpr std::uint64_t kAskedFor = 16u << 20;  // bytes: is there still room?

rocksdb::Options options_of(const Records& records, Family family) { return records.db().GetOptions(records.family(family)); }

}  // namespace

DiskRowStaging::DiskRowStaging(std::shared_ptr<DiskCore> core) : core_(std::move(core)) {}

DiskRowStaging::~DiskRowStaging() {
  for (std::optional<Table>& table : tables_) {
    if (!table) continue;
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
    check(table->writer->Finish(), fmt::format("write {}", table->path));
    table->writer = nullptr;
  }
  return table->path;
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
  bytes_unasked_ += key.size() + value.size();
  if (bytes_unasked_ >= kAskedFor) {
    core_->space->require(bytes_unasked_, "load rows");
    bytes_unasked_ = 0;
  }
  const rocksdb::Status status = table.writer->Put(key, value);
  if (!status.ok()) check(status, fmt::format("write {}", table.path));
}

DiskRowStaging::Table& DiskRowStaging::open(Family family) {
  static std::atomic<std::uint64_t> number{0};
  core_->space->require(kAskedFor, "load rows");
  std::optional<Table>& table = tables_[static_cast<std::size_t>(family)];
  const auto name = fmt::format("{}{}-{}.sst", kStagedRowsPrefix, family_name(family), ++number);
  table.emplace((core_->records_path() / name).string(), nullptr);
  const rocksdb::Options options = options_of(*core_->records, family);
  table->writer = std::make_unique<rocksdb::SstFileWriter>(rocksdb::EnvOptions(options), options, core_->records->family(family));
  check(table->writer->Open(table->path), fmt::format("write {}", table->path));
  return *table;
}

}  // namespace cairn::engine
