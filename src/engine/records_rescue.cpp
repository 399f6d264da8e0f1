#include "engine/records_rescue.h"

#include <fmt/format.h>
#include <rocksdb/write_batch.h>
#include <stdio.h>
#include <sys/stat.h>

#include <cerrno>
#include <system_error>

#include "base/clock.h"
#include "base/file.h"
#include "engine/quarantine.h"
#include "engine/readable_rows.h"
#include "engine/rocksdb_status.h"

namespace cairn::engine {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBatchBytes = 1u << 20;

fs::path new_path(const fs::path& store) { return store / "db.rescued"; }

class Copy {
 public:
  Copy(const Records& from, const Records& to, Family family) : from_(from), to_(to), family_(family) {}

  RescuedFamily run() {
    RescuedFamily done{.family = family_, .row_count = 0, .problem = {}};
    done.problem = visit_readable_rows(from_, family_, [&](std::string_view key, std::string_view value) {
      ++done.row_count;
      check(batch_.Put(to_.family(family_), rocksdb::Slice(key), rocksdb::Slice(value)), "copy the records");
      if (batch_.GetDataSize() >= kBatchBytes) write();
    });
    write();
    return done;
  }

 private:
  void write() {
    rocksdb::WriteOptions options;
    options.disableWAL = true;  // all is flushed before it counts
    check(to_.db().Write(options, &batch_), "copy the records");
    batch_.Clear();
  }

  const Records& from_;
  const Records& to_;
  const Family family_;
  rocksdb::WriteBatch batch_;
};

void flush(const Records& records) {
  std::vector<rocksdb::ColumnFamilyHandle*> families;
  for (std::size_t i = 0; i < kFamilyCount; ++i) families.push_back(records.family(static_cast<Family>(i)));
  check(records.db().Flush({}, families), "copy the records");
}

std::vector<RescuedFamily> copy_readable(const fs::path& store) {
  RecordsOptions old, fresh;
  old.directory = store / "db";
  old.read_only = true;
  old.tolerate_damage = true;
  fresh.directory = new_path(store);
  fresh.create = true;
  const Records from(old), to(fresh);
  std::vector<RescuedFamily> done;
  for (std::size_t i = 0; i < kFamilyCount; ++i) done.push_back(Copy(from, to, static_cast<Family>(i)).run());
  flush(to);
  return done;
}

void remove_new(const fs::path& store) {
  std::error_code error;
  fs::remove_all(new_path(store), error);
  if (error) base::throw_errno(error.value(), fmt::format("remove {}", new_path(store).string()));
}

void exchange(const fs::path& store) {
  base::sync_directory(new_path(store));
  const fs::path old = store / "db";
  if (::renameat2(AT_FDCWD, new_path(store).c_str(), AT_FDCWD, old.c_str(), RENAME_EXCHANGE) != 0)
    base::throw_errno(errno, fmt::format("exchange {} and {}", new_path(store).string(), old.string()));
  base::sync_directory(store);
}

}  // namespace

std::vector<RescuedFamily> rescue_records(const fs::path& store) {
  remove_new(store);
  std::vector<RescuedFamily> done = copy_readable(store);
  exchange(store);
  const fs::path kept = make_quarantine(store) / fmt::format("db-{}", base::now_nanoseconds());
  if (::rename(new_path(store).c_str(), kept.c_str()) != 0)
    base::throw_errno(errno, fmt::format("rename {} to {}", new_path(store).string(), kept.string()));
  base::sync_directory(store);
  return done;
}

// Whether it was exchanged already cannot be told, and need not be: what has the name `db` is whole.
void finish_exchange(const fs::path& store) {
  std::error_code error;
  if (fs::exists(new_path(store), error)) remove_new(store);
}

}  // namespace cairn::engine
