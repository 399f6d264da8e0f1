#include "engine/removal_table.h"

#include <fmt/format.h>

#include <atomic>
#include <filesystem>
#include <system_error>

#include "engine/disk_rows.h"
#include "engine/rocksdb_status.h"

namespace cairn::engine {
namespace {

constexpr std::uint64_t kRowBytes = 40;
constexpr std::uint64_t kAskedFor = 65536;  // rows

}  // namespace

RemovalTable::~RemovalTable() {
  writer_ = nullptr;
  std::error_code ignored;  // it is gone if a commit took it in
  if (!path_.empty()) std::filesystem::remove(path_, ignored);
}

void RemovalTable::open() {
  static std::atomic<std::uint64_t> number{0};
  path_ = (core_.records_path() / fmt::format("{}removed-{}-{}.sst", kStagedRowsPrefix, family_name(family_), ++number)).string();
  const rocksdb::Options options = core_.records->db().GetOptions(core_.records->family(family_));
  writer_ = std::make_unique<rocksdb::SstFileWriter>(rocksdb::EnvOptions(options), options, core_.records->family(family_));
  check(writer_->Open(path_), fmt::format("write {}", path_));
}

void RemovalTable::add(std::string_view key) {
  if (unasked_++ % kAskedFor == 0) core_.require_space(kAskedFor * kRowBytes, "collect");
  if (writer_ == nullptr) open();
  const rocksdb::Status status = writer_->Delete(key);
  if (!status.ok()) check(status, fmt::format("write {}", path_));
}

std::optional<StagedTable> RemovalTable::finish() {
  if (writer_ == nullptr) return std::nullopt;
  check(writer_->Finish(), fmt::format("write {}", path_));
  writer_ = nullptr;
  return StagedTable{family_, path_};
}

}  // namespace cairn::engine
