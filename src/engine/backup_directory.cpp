#include "engine/backup_directory.h"

#include <cairn/error.h>

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "base/bytes.h"
#include "base/file.h"
#include "engine/reader_lock.h"
#include "engine/rocksdb_files.h"
#include "engine/rocksdb_status.h"

namespace cairn::engine {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kSuperblockMax = 65536;

std::optional<std::string> find_row(const Records& records, const rocksdb::ReadOptions& options, std::string_view key) {
  std::string value;
  const auto status = records.db().Get(options, records.family(Family::engine), key, &value);
  if (status.IsNotFound()) return std::nullopt;
  check(status, "read the state of the store");
  if (value.size() != 16)
    throw Error(ErrorCode::damaged, fmt::format("read the record {} of the store: {} bytes, expected 16", key, value.size()));
  return value;
}

Error refusal(ErrorCode code, const fs::path& path, std::string_view what) {
  return Error(code, fmt::format("back up into {}: {}", path.string(), what));
}

// By what they are, not by their names: these may be links.
bool is_in(const fs::path& path, const fs::path& store) {
  std::error_code error;
  for (fs::path at = fs::weakly_canonical(path, error); !error; at = at.parent_path()) {
    std::error_code missing;
    if (fs::equivalent(at, store, missing)) return true;
    if (at == at.parent_path()) return false;
  }
  throw Error(ErrorCode::io, fmt::format("back up into {}: {}", path.string(), error.message()));
}

// Empty if it is not the beginning of a backup, but of a store that nothing was ever committed to.
std::optional<Uuid> unfinished_backup(const fs::path& path) {
  try {
    const fs::path file = unfinished_path(path);
    return format::decode_superblock(base::read_file(file, kSuperblockMax), file.string()).uuid;
  } catch (const Error& error) {
    if (error.code() == ErrorCode::damaged) return std::nullopt;
    throw;
  }
}

// Throws unless a backup of that store may be there, or come there.
void check_found(const fs::path& path, Found found, const Uuid& source) {
  if (found == Found::other)
    throw refusal(ErrorCode::exists, path, "something else is there; expected an empty directory, or an earlier backup");
  const std::optional<Uuid> uuid = found == Found::store        ? std::optional(read_superblock(path).uuid)
                                   : found == Found::unfinished ? unfinished_backup(path)
                                                                : std::nullopt;
  if (uuid && *uuid != source)
    throw refusal(ErrorCode::exists, path,
                  fmt::format("{}store {} is there, expected a backup of store {}",
                              found == Found::store ? "" : "an unfinished backup of ", uuid->text(), source.text()));
}

std::uint64_t size_of(const fs::path& file) {
  std::error_code error;
  const std::uintmax_t size = fs::file_size(file, error);
  return error ? 0 : size;
}

std::uint64_t whole_blocks(const fs::path& file) { return size_of(file) / format::kPackBlock * format::kPackBlock; }

void remove_file(const fs::path& path) {
  std::error_code error;
  fs::remove(path, error);
  if (error) base::throw_errno(error.value(), fmt::format("remove {}", path.string()));
}

// Calls `visit` with number and path of each pack, which it may remove.
template <class Visit>
void each_pack(const fs::path& directory, const Visit& visit) {
  std::vector<std::pair<std::uint64_t, fs::path>> packs;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(directory, error))
    if (const auto pack = format::parse_pack_file_name(entry.path().filename().string())) packs.emplace_back(*pack, entry.path());
  if (error) base::throw_errno(error.value(), fmt::format("open {}", directory.string()));
  for (const auto& [pack, path] : packs) visit(pack, path);
}

}  // namespace

CommittedState committed_state(const Records& records, const rocksdb::ReadOptions& options) {
  const auto row = find_row(records, options, engine_key::kState);
  if (!row) return {};
  return {base::load_big_endian<std::uint64_t>(row->data()), base::load_big_endian<std::uint64_t>(row->data() + 8)};
}

BackupDirectory::BackupDirectory(const fs::path& path, const DiskCore& source, std::uint64_t source_commits)
    : source_(source.superblock) {
  core_.path = whole_path(path, "back up");
  if (is_in(core_.path, source.path))
    throw refusal(ErrorCode::invalid_argument, core_.path, "it is in the store, expected a directory of its own");
  Found found = find_store(core_.path);
  check_found(core_.path, found, source_.uuid);
  if (found == Found::unfinished && !unfinished_backup(core_.path)) {
    const LockFile lock(core_.path);  // nobody is creating it at this moment
    remove_store_parts(core_.path);
    found = find_store(core_.path);
    check_found(core_.path, found, source_.uuid);
  }
  try {
    if (found != Found::store) begin(source);
    if (!is_first_) open();
    core_.packs = std::make_unique<PackReader>(core_.packs_path());
    core_.records = open_records(false, true);
    shown_ = committed_state(*core_.records);
    find_ends();
    if (!is_first_) check_shown(source_commits);
  } catch (...) {
    remove_ballast();
    throw;
  }
}

BackupDirectory::~BackupDirectory() {
  core_.records.reset();
  remove_ballast();
}

// What says whose backup it will be comes first, the superblock last. An earlier attempt may have left packs.
void BackupDirectory::begin(const DiskCore& source) {
  std::error_code error;
  made_directory_ = !fs::exists(core_.path);
  fs::create_directories(core_.path.parent_path(), error);
  if (error) base::throw_errno(error.value(), fmt::format("create {}", core_.path.parent_path().string()));
  struct stat status {};
  const mode_t mode = ::stat(source.path.c_str(), &status) == 0 ? status.st_mode & 0777 : 0700;
  make_directory(core_.path, mode);
  core_.file_mode = engine::file_mode(core_.path);
  try {
    const std::uint64_t free = base::free_bytes(core_.path);
    if (free < kSmallestDisk)
      throw refusal(ErrorCode::no_space, core_.path,
                    fmt::format("the disk is full: {} bytes are free, expected at least {}", free, kSmallestDisk));
    const base::File begun = base::File::open(unfinished_path(core_.path), O_WRONLY | O_CREAT | O_TRUNC, core_.file_mode);
    begun.write_at(0, base::as_bytes(format::encode_superblock(source_)));
    begun.sync();
    core_.lock.emplace(core_.path, core_.file_mode);
    if (fs::exists(superblock_path(core_.path))) {  // another backup was faster
      remove_file(unfinished_path(core_.path));
      core_.lock.reset();
      return;
    }
    is_first_ = true;
    core_.lock->set_witness(0);
    make_directory(core_.packs_path(), mode);
    fs::remove_all(core_.records_path(), error);
    open();
    core_.records = open_records(true, false);
    core_.records.reset();
  } catch (const Error& failure) {
    if (failure.code() == ErrorCode::no_space) give_up();
    throw;
  }
}

void BackupDirectory::open() {
  core_.file_mode = engine::file_mode(core_.path);
  if (!core_.lock) core_.lock.emplace(core_.path, core_.file_mode);
  core_.superblock = is_first_ ? source_ : read_superblock(core_.path);
  if (core_.superblock.uuid != source_.uuid) check_found(core_.path, Found::store, source_.uuid);  // it has come meanwhile
  core_.space.emplace(core_.path, kBallastBytes);
  core_.env = rocksdb::NewCompositeEnv(make_guarded_file_system(*core_.space, core_.file_mode, core_.records_failed));
  remove_unfinished_tables(core_.records_path());
}

std::unique_ptr<Records> BackupDirectory::open_records(bool create, bool read_only) {
  RecordsOptions options;
  options.directory = core_.records_path();
  options.create = create;
  options.read_only = read_only;
  options.env = core_.env.get();
  options.failed = &core_.records_failed;
  if (!read_only) core_.space->require(0, 0, "back up");
  return std::make_unique<Records>(options);
}

// Whoever writes to a store counts its commits on; backups write down how far they have.
void BackupDirectory::check_shown(std::uint64_t source_commits) const {
  const auto mark = find_row(*core_.records, {}, engine_key::kBackup);
  if (!mark) throw refusal(ErrorCode::exists, core_.path, "the store is there itself, or a copy of it; expected a backup");
  if (const std::uint64_t witnessed = core_.lock->witness(); shown_.commits < witnessed)
    throw refusal(ErrorCode::damaged, core_.path,
                  fmt::format("{} of {} commits are lost from its records", witnessed - shown_.commits, witnessed));
  if (const auto backed_up = base::load_big_endian<std::uint64_t>(mark->data()); backed_up != shown_.commits)
    throw refusal(ErrorCode::conflict, core_.path,
                  fmt::format("it was written to since: it has {} commits, expected the {} of the last backup", shown_.commits,
                              backed_up));
  if (shown_.commits > source_commits)
    throw refusal(ErrorCode::conflict, core_.path,
                  fmt::format("it has {} commits and the store only {}: that is an older state, expected a newer one", shown_.commits,
                              source_commits));
}

// What is missing of a pack is copied again.
void BackupDirectory::find_ends() {
  for (const auto& [pack, end] : pack_ends(*core_.records))
    if (const std::uint64_t there = std::min(end, whole_blocks(pack_path(pack))); there != 0) ends_[pack] = there;
}

fs::path BackupDirectory::pack_path(std::uint64_t pack) const { return core_.packs_path() / format::pack_file_name(pack); }

std::uint64_t BackupDirectory::end_of(std::uint64_t pack) const {
  const auto found = ends_.find(pack);
  return found == ends_.end() ? 0 : found->second;
}

void BackupDirectory::commit(std::span<const StagedTable> tables, std::uint64_t commits, std::int64_t time) {
  base::sync_directory(core_.packs_path());
  if (!is_first_ && core_.superblock.format < source_.format) {
    core_.superblock.format = source_.format;
    base::replace_file(superblock_path(core_.path), format::encode_superblock(core_.superblock));
  }
  core_.records.reset();
  {
    const auto records = open_records(false, false);
    rocksdb::WriteBatch batch;
    const std::string mark = format::be64_pair(commits, static_cast<std::uint64_t>(time));
    check(batch.Put(records->family(Family::engine), engine_key::kBackup, mark), "build a commit");
    commit_as_tables(*records, core_.records_path(), batch, tables);
  }
  core_.lock->set_witness(commits);
  if (!is_first_) return;
  base::sync_directory(core_.path);
  base::replace_file(superblock_path(core_.path), format::encode_superblock(core_.superblock));
  base::sync_directory(core_.path.parent_path());
}

// As a writer does that gives back what a collection freed: see may_free_before().
std::uint64_t BackupDirectory::remove_packs(const std::map<std::uint64_t, std::uint64_t>& ends, std::uint64_t epoch) {
  const std::uint64_t before = freed_epoch_in(core_.lock->file());
  if (before < epoch) core_.lock->set_freed_epoch(epoch);
  if (has_readers(core_.lock->file(), 0, epoch)) {
    if (before < epoch) core_.lock->set_freed_epoch(before);
    return 0;
  }
  std::uint64_t bytes = 0;
  each_pack(core_.packs_path(), [&](std::uint64_t pack, const fs::path& path) {
    if (ends.contains(pack)) return;
    bytes += size_of(path);
    remove_file(path);
  });
  return bytes;
}

void BackupDirectory::cut_packs() {
  each_pack(core_.packs_path(), [&](std::uint64_t pack, const fs::path& path) {
    const std::uint64_t end = end_of(pack);
    if (end == 0) remove_file(path);
    else if (size_of(path) > end) base::File::open(path, O_RDWR).truncate(end);
  });
}

void BackupDirectory::give_up() noexcept {
  try {
    core_.records.reset();
    if (core_.lock && !is_first_) return cut_packs();
    std::error_code ignored;
    if (core_.lock) remove_store_parts(core_.path);
    else if (made_directory_) fs::remove(unfinished_path(core_.path), ignored);
    if (made_directory_) fs::remove(core_.path, ignored);
  } catch (const std::exception&) {
    // What is left is in nobody's way, and the next call goes on with it.
  }
}

// It keeps a store going on a full disk, and this one does not go on.
void BackupDirectory::remove_ballast() noexcept {
  if (!core_.space) return;
  std::error_code ignored;
  fs::remove(core_.path / "ballast", ignored);
}

}  // namespace cairn::engine
