#include "engine/disk_backup.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "engine/backup_directory.h"
#include "engine/disk_scan.h"
#include "engine/pack_check.h"
#include "engine/pack_copy.h"
#include "engine/record_changes.h"

namespace cairn::engine {
namespace {

namespace fs = std::filesystem;

// Calls `progress`, one thread at a time.
class StageProgress {
 public:
  StageProgress(const std::function<void(const CareProgress&)>& progress, std::string_view stage, std::uint64_t total)
      : progress_(progress), stage_(stage), total_(total) {}

  void add(std::uint64_t done) {
    const std::lock_guard lock(mutex_);
    done_ += done;
    if (progress_) progress_({stage_, done_, total_});
  }

 private:
  const std::function<void(const CareProgress&)>& progress_;
  const std::string_view stage_;
  const std::uint64_t total_;
  std::mutex mutex_;
  std::uint64_t done_ = 0;
};

class DiskBackup {
 public:
  DiskBackup(const DiskState& state, BackupDirectory& target, const BackupOptions& options)
      : state_(state), target_(target), options_(options), ends_(pack_ends(state.records(), state.reading())),
        committed_(committed_state(state.records(), state.reading())) {}

  BackupReport run();

 private:
  // What does not match in the backup.
  struct Mismatches {
    std::uint64_t count = 0;
    std::string first = {};
    std::optional<Digest> blob = {};

    void add(const std::string& what, const std::optional<Digest>& digest) {
      if (count++ == 0) first = what, blob = digest;
    }
  };

  void copy_packs(bool resumes);
  void copy_and_verify();
  Mismatches verify();
  bool is_new(const format::BlobLocation& location) const;
  void require_match(const Mismatches& found) const;
  void write_changes(ChangeTables& tables);
  void check_history(const RowChange& change) const;
  void check_location(const RowChange& change) const;
  bool is_at(const PackReader& packs, const format::BlobLocation& location, const Digest& digest) const;
  void require_whole_state() const;

  const DiskState& state_;
  BackupDirectory& target_;
  const BackupOptions& options_;
  const std::map<std::uint64_t, std::uint64_t> ends_;
  const CommittedState committed_;
  BackupReport report_;
};

BackupReport DiskBackup::run() {
  const std::int64_t now = base::now_nanoseconds();
  report_.uuid = state_.core().superblock.uuid;
  report_.moment = base::timestamp(now);
  report_.commits = committed_.commits;
  report_.commits_new = committed_.commits - target_.shown().commits;
  report_.is_first = target_.is_first();
  report_.pack_count = ends_.size();
  copy_and_verify();
  ChangeTables tables(target_.records(), target_.records_path(), target_.space());
  write_changes(tables);
  require_whole_state();
  report_.row_count = tables.rows();
  report_.row_bytes = tables.bytes();
  if (report_.is_first || report_.row_count != 0) target_.commit(tables.finish(), committed_.commits, now);
  report_.removed_bytes = target_.remove_packs(ends_, state_.epoch());
  return report_;
}

// ---- Packs ----

// What an attempt has copied that did not come to its end is right unless the machine lost its power, which shows.
void DiskBackup::copy_and_verify() {
  copy_packs(options_.verify);
  if (!options_.verify) return;
  Mismatches found = verify();
  if (found.count != 0 && report_.resumed_bytes != 0) {
    copy_packs(false);
    found = verify();
  }
  require_match(found);
}

void DiskBackup::copy_packs(bool resumes) {
  report_.shared_bytes = report_.resumed_bytes = 0;
  std::map<std::uint64_t, Extent> missing;
  std::uint64_t total = 0;
  for (const auto& [pack, end] : ends_) {
    const std::uint64_t shown = std::min(target_.end_of(pack), end);
    std::error_code absent;
    const std::uintmax_t size = fs::file_size(target_.pack_path(pack), absent);
    const std::uint64_t whole = absent ? 0 : size / format::kPackBlock * format::kPackBlock;
    const std::uint64_t begin = resumes ? std::clamp(whole, shown, end) : shown;
    report_.shared_bytes += shown;
    report_.resumed_bytes += begin - shown;
    if (begin < end) missing[pack] = {begin, end};
    total += end - begin;
  }
  StageProgress progress(options_.progress, "packs", total);
  for (const auto& [pack, range] : missing) {
    const fs::path from = state_.core().packs_path() / format::pack_file_name(pack);
    const PackCopy copy = copy_pack(from, target_.pack_path(pack), range, target_.file_mode(),
                                    [&](std::uint64_t bytes) { progress.add(bytes); });
    report_.reflinked_bytes += copy.reflinked_bytes;
    report_.copied_bytes += copy.copied_bytes;
    target_.packs().forget(pack);
  }
}

// Behind what the backup shows already.
bool DiskBackup::is_new(const format::BlobLocation& location) const {
  return location.packed ? location.offset >= target_.end_of(location.pack) : location.blob_id >= target_.shown().next_blob;
}

DiskBackup::Mismatches DiskBackup::verify() {
  Mismatches found;
  std::uint64_t total = 0;
  for (const auto& [pack, end] : ends_) {
    if (target_.end_of(pack) >= end) continue;
    total += end - target_.end_of(pack);
    std::vector<Finding> findings;
    check_pack(target_.packs_path(), pack, end, state_.core().store_id(), findings);
    for (const Finding& finding : findings) found.add(fmt::format("{}: {}", finding.where, finding.problem), std::nullopt);
  }
  StageProgress progress(options_.progress, "verify", total);
  std::mutex mutex;
  report_.verified_count = report_.verified_bytes = 0;
  BlobScan scan;
  scan.threads = options_.threads != 0 ? options_.threads : std::max(std::thread::hardware_concurrency(), 1u);
  scan.is_wanted = [](const Digest&, const BlobInfo&) { return true; };
  scan.visit = [&](const Digest&, const BlobInfo& info, std::span<const std::byte> bytes) {
    const std::lock_guard lock(mutex);
    ++report_.verified_count;
    report_.verified_bytes += bytes.size();
    progress.add(info.packed ? format::kRecordHeaderSize + info.stored_size : 0);
  };
  scan.failed = [&](const Digest& digest, const BlobInfo*, const Error& error) {
    if (error.code() != ErrorCode::damaged && error.code() != ErrorCode::not_found) throw error;
    const std::lock_guard lock(mutex);
    found.add(error.what(), digest);
  };
  const auto get = [&](BlobKind kind, const Digest& digest) {
    const auto location = find_location(state_.records(), state_.reading(), digest);
    require_blob(location, kind, digest);
    return read_blob(target_.packs(), state_.records(), state_.reading(), *location, digest);
  };
  scan_disk(state_.records(), state_.reading(), target_.packs(), scan, get, kScanPartMax,
            [this](const format::BlobLocation& location) { return is_new(location); });
  return found;
}

void DiskBackup::require_match(const Mismatches& found) const {
  if (found.count == 0) return;
  require_whole_state();
  std::string first = found.first;
  try {
    const auto location = found.blob ? find_location(state_.records(), state_.reading(), *found.blob) : std::nullopt;
    if (location) read_blob(state_.core(), state_.records(), state_.reading(), *location, *found.blob);
  } catch (const Error& error) {
    first = fmt::format("in the store: {}", error.what());
  }
  throw Error(ErrorCode::damaged, fmt::format("back up into {}: {} that {} new {} not match, the first: {}; expected none (without "
                                              "verification it would be copied as it is)",
                                              target_.path().string(), found.count, found.count == 1 ? "is" : "are",
                                              found.count == 1 ? "does" : "do", first));
}

void DiskBackup::require_whole_state() const {
  if (state_.is_expired())
    throw Error(ErrorCode::expired, fmt::format("back up into {}: this state of the store is too old, and some of it was collected; "
                                                "expected another attempt", target_.path().string()));
}

// ---- Records ----

void DiskBackup::write_changes(ChangeTables& tables) {
  StageProgress progress(options_.progress, "records", 0);
  compare_records(target_.records(), state_.records(), state_.reading(), [&](const RowChange& change) {
    if (change.family == Family::engine && change.key == engine_key::kBackup) return;
    check_history(change);
    check_location(change);
    tables.add(change.family, change.key, change.after);
    progress.add(1);
  });
}

// A store that was put back to an older state and went on from there has other commits than the backup, perhaps as many.
void DiskBackup::check_history(const RowChange& change) const {
  if (change.family != Family::engine || !change.before) return;
  const bool is_cell = change.key.size() == engine_key::header(0).size() && change.key.starts_with("cell");
  const bool is_pack = change.key.size() == engine_key::pack(0).size() && change.key.starts_with("pack");
  const auto goes_back = [&](const auto& version_of) { return version_of(*change.after) <= version_of(*change.before); };
  const bool is_other = is_cell   ? !change.after || goes_back([](std::string_view row) { return decode_cell_header(row).version; })
                        : is_pack ? change.after && goes_back([](std::string_view row) { return format::parse_be64(row); })
                                  : false;
  if (is_other)
    throw Error(ErrorCode::conflict, fmt::format("back up into {}: it has commits that the store never had, which is an older state that "
                                                 "went on otherwise; expected another directory", target_.path().string()));
}

// What lies below the end that the backup shows was copied before. Unless it has been there under that name, it must be looked at: it
// may be bytes that were committed later.
void DiskBackup::check_location(const RowChange& change) const {
  if (change.family != Family::digest || !change.after) return;
  const Digest digest = parse_digest_key(change.key);
  const format::BlobLocation location = format::decode_location(*change.after);
  if (!location.packed || is_new(location) || is_at(target_.packs(), location, digest)) return;
  if (is_at(*state_.core().packs, location, digest))
    throw Error(ErrorCode::conflict, fmt::format("back up into {}: its pack {} has other bytes than that of the store; expected "
                                                 "another directory", target_.path().string(), location.pack));
  if (options_.verify)
    throw Error(ErrorCode::damaged, fmt::format("back up into {}: {} {} is damaged in the store", target_.path().string(),
                                                format::blob_kind_name(location.kind), digest.hex()));
}

bool DiskBackup::is_at(const PackReader& packs, const format::BlobLocation& location, const Digest& digest) const {
  try {
    read_blob(packs, state_.records(), state_.reading(), location, digest);
    return true;
  } catch (const Error& error) {
    if (error.code() != ErrorCode::damaged) throw;
    return false;
  }
}

}  // namespace

BackupReport back_up_disk(const DiskState& state, const fs::path& directory, const BackupOptions& options) {
  BackupDirectory target(directory, state.core(), committed_state(state.records(), state.reading()).commits);
  try {
    return DiskBackup(state, target, options).run();
  } catch (const Error& error) {
    if (error.code() == ErrorCode::no_space) target.give_up();
    throw;
  }
}

}  // namespace cairn::engine
