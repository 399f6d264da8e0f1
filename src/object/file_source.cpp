#include "object/file_source.h"

#include <cairn/error.h>

#include <fmt/format.h>
#include <linux/magic.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <optional>
#include <string_view>
#include <thread>

namespace cairn::object {

namespace {

using std::chrono::nanoseconds;

// The kernel stamps a write when it begins, with a clock that ticks every 1 to 10 ms. Until a change is
// older than that, the next one may get the same times, and the last one may still be under way.
constexpr nanoseconds kRestAge = std::chrono::milliseconds(20);
constexpr int kRestTries = 50;
constexpr nanoseconds kRememberedAge =
    std::chrono::seconds(2);  // as git does: the clock of some file systems ticks so slowly

// A smaller hole is read as zeros: it would break chunks that are shared with other files, and saves little.
constexpr std::uint64_t kHoleLeast = 32u << 10;

bool is_equal(const timespec& a, const timespec& b) { return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec; }

// How long to wait until a later change is sure to show. A time in the future is of another clock, no matter.
nanoseconds time_to_rest(const struct stat& status) {
  const timespec& time = status.st_ctim;
  const nanoseconds changed = std::chrono::seconds(time.tv_sec) + nanoseconds(time.tv_nsec);
  const nanoseconds age = std::chrono::system_clock::now().time_since_epoch() - changed;
  return age < -kRestAge || age >= kRestAge ? nanoseconds(0) : kRestAge - age;
}

[[noreturn]] void throw_changed(const base::File& file) {
  throw Error(ErrorCode::conflict, fmt::format("add {}: it changed while it was read", file.name()));
}

// Where data or a hole begins, not before `at`; `size` if nowhere. Empty if the file system does not tell.
std::optional<std::uint64_t> seek(const base::File& file, std::uint64_t at, std::uint64_t size, int whence) {
  const off_t found = ::lseek(file.descriptor(), static_cast<off_t>(at), whence);
  if (found >= 0) return std::min(static_cast<std::uint64_t>(found), size);
  if (errno == ENXIO) return size;
  return std::nullopt;
}

std::string value_of(const base::File& file, const std::string& name) {
  std::string value(format::kAttributeBytesMost, '\0');
  const ssize_t size = ::fgetxattr(file.descriptor(), name.c_str(), value.data(), value.size());
  if (size < 0 && errno == ERANGE)
    throw Error(ErrorCode::unstorable, fmt::format("add {}: its attribute {} has more than {} bytes", file.name(), name,
                                                   format::kAttributeBytesMost));
  if (size < 0) base::throw_errno(errno, fmt::format("read attribute {} of {}", name, file.name()));
  value.resize(static_cast<std::size_t>(size));
  return value;
}

}  // namespace

struct stat status_at_rest(const base::File& file) {
  for (int left = kRestTries; left > 0; --left) {
    const struct stat status = file.status();
    const nanoseconds wait = time_to_rest(status);
    if (wait == nanoseconds(0)) return status;
    std::this_thread::sleep_for(wait);
  }
  throw_changed(file);
}

bool watch_changes(const base::File& file) {
  // Those that keep inodes apart over mounts, and times up to date on this machine; not NFS, FUSE, tmpfs or images.
  constexpr decltype(statfs::f_type) kKnown[] = {EXT4_SUPER_MAGIC, XFS_SUPER_MAGIC, BTRFS_SUPER_MAGIC, OVERLAYFS_SUPER_MAGIC,
                                                 F2FS_SUPER_MAGIC};
  struct statfs system {};
  if (::fstatfs(file.descriptor(), &system) != 0 ||
      std::ranges::find(kKnown, system.f_type) == std::end(kKnown))
    return false;
  const auto is_old = [now = std::chrono::system_clock::now().time_since_epoch()](const timespec& time) {
    return now - (std::chrono::seconds(time.tv_sec) + nanoseconds(time.tv_nsec)) > kRememberedAge;
  };
  const struct stat status = file.status();
  if (!is_old(status.st_mtim) || !is_old(status.st_ctim)) return false;
  constexpr unsigned kAndWait = SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER;
  return ::sync_file_range(file.descriptor(), 0, 0, kAndWait) == 0;
}

void require_unchanged(const base::File& file, const struct stat& before) {
  const struct stat after = file.status();
  // The time of change counts: unlike that of modification it cannot be set back.
  if (before.st_size != after.st_size || !is_equal(before.st_mtim, after.st_mtim) ||
      !is_equal(before.st_ctim, after.st_ctim))
    throw_changed(file);
}

// The first question also waits for a write that is under way, however long its writer is kept from running: it has set its
// time already, and would go unnoticed. Seeking data takes the lock that a write holds (ext4, btrfs, tmpfs; on XFS reading
// does).
DataRange next_data(const base::File& file, std::uint64_t at, std::uint64_t size) {
  const auto data = seek(file, at, size, SEEK_DATA);
  if (!data) return {at, size};
  if (*data == size && (at == 0 || size - at >= kHoleLeast)) return {size, size};
  DataRange range{*data - at < kHoleLeast ? at : *data, *data};
  while (range.end < size) {
    const std::uint64_t hole = seek(file, range.end, size, SEEK_HOLE).value_or(size);
    const std::uint64_t next = seek(file, hole, size, SEEK_DATA).value_or(size);
    range.end = hole;
    if (next - hole >= kHoleLeast) break;
    range.end = next;
  }
  return range;
}

std::vector<format::Attribute> read_attributes(const base::File& file, KeptAttributes kept) {
  std::vector<format::Attribute> attributes;
  if (kept == KeptAttributes::none) return attributes;
  std::string names(format::kAttributeBytesMost, '\0');  // XATTR_LIST_MAX
  const ssize_t size = ::flistxattr(file.descriptor(), names.data(), names.size());
  if (size < 0 && errno == ENOTSUP) return attributes;
  if (size < 0) base::throw_errno(errno, fmt::format("list the attributes of {}", file.name()));
  names.resize(static_cast<std::size_t>(size));
  for (std::size_t begin = 0; begin < names.size(); begin = names.find('\0', begin) + 1) {
    const std::string name(names.c_str() + begin);
    if (kept == KeptAttributes::all || name.starts_with("user.")) attributes.push_back({name, value_of(file, name)});
  }
  std::ranges::sort(attributes, {}, &format::Attribute::name);
  return attributes;
}

}  // namespace cairn::object
