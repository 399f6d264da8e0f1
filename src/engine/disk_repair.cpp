#include "engine/disk_repair.h"

#include <cairn/error.h>

#include <fmt/format.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

#include "base/bytes.h"
#include "base/file.h"
#include "engine/disk_core.h"
#include "engine/engine_rows_repair.h"
#include "engine/lock_file.h"
#include "engine/pack_mending.h"
#include "engine/quarantine.h"
#include "engine/readable_rows.h"
#include "engine/reader_lock.h"
#include "engine/records_rescue.h"
#include "engine/superblock_repair.h"
#include "engine/table_commit.h"

namespace cairn::engine {
namespace {

namespace fs = std::filesystem;

class Repairing {
 public:
  Repairing(fs::path store, bool apply) : store_(std::move(store)), apply_(apply) {}

  DiskRepair run() {
    RescuedSuperblock rescued = rescue_superblock(store_);
    superblock_ = rescued.superblock;
    if (apply_) lock_.emplace(store_);
    if (!rescued.problem.empty()) mend_superblock(rescued.problem);
    if (apply_) finish_exchange(store_);
    if (!may_open()) return std::move(done_);
    read_witness();
    look();
    if (done_.are_records_lost) return std::move(done_);
    if (apply_) mend();
    return std::move(done_);
  }

 private:
  fs::path records_path() const { return store_ / "db"; }
  fs::path packs_path() const { return store_ / "packs"; }
  void note(std::string action, std::string kind, std::string id, std::uint64_t count, std::string problem) {
    done_.items.push_back({std::move(action), std::move(kind), std::move(id), count, std::move(problem)});
  }
  void hinder(std::string problem) {
    if (!apply_ && done_.obstacle.empty()) done_.obstacle = std::move(problem);
  }

  void mend_superblock(const std::string& problem) {
    note("rebuilt", "file", (store_ / "cairn").string(), 1, problem);
    if (apply_) base::replace_file(store_ / "cairn", format::encode_superblock(superblock_));
    hinder(problem);
  }

  bool may_open() {
    std::error_code error;
    if (fs::exists(records_path() / "CURRENT", error)) return true;
    lose_records("the directory of the records has no database");
    return false;
  }
  void lose_records(std::string problem) {
    done_.are_records_lost = true;
    done_.obstacle = std::move(problem);
  }

  void read_witness() {
    try {
      witnessed_ = engine::read_witness(store_);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::damaged) throw;
      is_witness_damaged_ = true;
      note("accepted", "file", (store_ / "lock").string(), 1, "the witness is no number of commits: nobody knows whether any are lost");
    }
  }

  RecordsOptions records_options(bool read_only) const {
    RecordsOptions options;
    options.directory = records_path();
    options.read_only = read_only;
    options.flush_logs = !read_only;
    return options;
  }

  // Nothing is changed by that.
  void look() {
    const std::unique_ptr<Records> records = open_for_looking();
    if (records == nullptr) return;
    for (std::size_t i = 0; i < kFamilyCount; ++i) {
      const auto family = static_cast<Family>(i);
      std::uint64_t rows = 0;
      const std::string problem = visit_readable_rows(*records, family, [&](std::string_view, std::string_view) { ++rows; });
      if (!problem.empty()) damaged_.emplace_back(family, problem);
      if (!problem.empty() && rows == 0 && tells_what_nothing_else_does(family)) return lose_records(problem);
    }
    if (!refusal_.empty() && damaged_.empty()) damaged_.emplace_back(Family::engine, refusal_);
    count_commits(*records);
    if (!damaged_.empty()) hinder(damaged_.front().second);
    // Where rows cannot be read, what follows from them cannot be told before they are mended.
    if (!apply_ && damaged_.empty()) check_rows(*records);
    if (!apply_ && !damaged_.empty())
      for (const auto& [family, problem] : damaged_) note("rebuilt", "records", std::string(family_name(family)), 1, problem);
  }

  // Of the others nearly all follows from the rest.
  static bool tells_what_nothing_else_does(Family family) { return family == Family::cell || family == Family::node; }

  // If RocksDB refuses the database for the sake of some tables, without their rows. Null if there is nothing to look at.
  std::unique_ptr<Records> open_for_looking() {
    RecordsOptions options = records_options(true);
    for (const bool tolerant : {false, true}) {
      options.tolerate_damage = tolerant;
      try {
        return std::make_unique<Records>(options);
      } catch (const Error& error) {
        if (error.code() != ErrorCode::damaged && error.code() != ErrorCode::internal) throw;  // what the system refuses may be there
        refusal_ = error.what();
      }
    }
    lose_records(refusal_);
    return nullptr;
  }

  void count_commits(const Records& records) {
    std::string state;
    const auto status = records.db().Get({}, records.family(Family::engine), engine_key::kState, &state);
    if (!status.ok() || state.size() != 16) return;  // the row itself is lost, and is mended
    const std::uint64_t commits = base::load_big_endian<std::uint64_t>(state.data());
    if (commits >= witnessed_) return;
    done_.lost_commits = witnessed_ - commits;
    note("accepted", "commits", "", done_.lost_commits,
         fmt::format("{} were acknowledged and {} are there; what is left of the others in logs and packs goes to {}", witnessed_, commits,
                     quarantine_path(store_).string()));
  }

  void mend() {
    if (done_.lost_commits != 0) keep_logs();
    if (!damaged_.empty()) {
      for (RescuedFamily& family : rescue_records(store_))
        if (!family.problem.empty())
          note("rebuilt", "records", std::string(family_name(family.family)), family.row_count,
               fmt::format("blocks could not be read: {}; so many rows could", family.problem));
    }
    remove_unfinished_tables(records_path());
    Records records(records_options(false));
    check_rows(records);
    const std::uint64_t epoch = epoch_of(records, {});
    if (is_witness_damaged_ || done_.lost_commits != 0) lock_->set_witness(commits_);
    if (freed_epoch_in(lock_->file()) > epoch) lock_->set_freed_epoch(epoch);  // else damage would be taken for an old state
  }

  void keep_logs() const {
    for (const fs::directory_entry& entry : fs::directory_iterator(records_path()))
      if (entry.path().extension() == ".log") keep_file_aside(store_, entry.path().filename().string(), entry.path());
  }

  void check_rows(const Records& records) {
    const EngineRows rows = check_engine_rows(records, {packs_path(), superblock_.uuid, witnessed_});
    for (const RepairItem& item : rows.items) done_.items.push_back(item);
    if (apply_ && done_.lost_commits != 0) keep_tails(rows.ends);
    if (apply_) write_engine_rows(records, rows);
    commits_ = rows.commits;
    for (const auto& [pack, end] : rows.ends) {
      const MendedPack mended{packs_path(), pack, end, base::load_big_endian<std::uint64_t>(superblock_.uuid.bytes.data() + 8)};
      if (apply_) fs::create_directories(packs_path());
      const std::string problem = mend_pack(mended, apply_);
      if (!problem.empty()) note("rebuilt", "pack", (packs_path() / format::pack_file_name(pack)).string(), 1, problem);
    }
  }

  // What lies behind the recorded ends is removed when the store is opened for writing.
  void keep_tails(const std::map<std::uint64_t, std::uint64_t>& ends) const {
    std::error_code error;
    for (const fs::directory_entry& entry : fs::directory_iterator(packs_path(), error)) {
      const std::string name = entry.path().filename().string();
      const auto pack = format::parse_pack_file_name(name);
      if (!pack) continue;
      const auto known = ends.find(*pack);
      const std::uint64_t end = known == ends.end() ? 0 : known->second;
      if (entry.file_size(error) > end) keep_file_aside(store_, fmt::format("{}.from-{}", name, end), entry.path(), end);
    }
  }

  const fs::path store_;
  const bool apply_;
  DiskRepair done_;
  format::Superblock superblock_;
  std::optional<LockFile> lock_;
  std::uint64_t witnessed_ = 0, commits_ = 0;
  bool is_witness_damaged_ = false;
  std::string refusal_;                                  // of RocksDB, to open the database as it is
  std::vector<std::pair<Family, std::string>> damaged_;  // families with blocks that cannot be read
};

}  // namespace

DiskRepair repair_disk(const fs::path& given, bool apply) {
  if (given.empty()) throw Error(ErrorCode::invalid_argument, "repair a store: expected a path, got an empty one");
  const fs::path whole = fs::absolute(given).lexically_normal();
  return Repairing(whole.has_filename() ? whole : whole.parent_path(), apply).run();
}

}  // namespace cairn::engine
