#include "engine/reader_lock.h"

#include <sys/vfs.h>

#include <algorithm>
#include <optional>

#include "engine/lock_file.h"

namespace cairn::engine {
namespace {

constexpr std::uint64_t kFirstByte = std::uint64_t{1} << 40;
constexpr long kNfs = 0x6969;  // there flock is a lock of all bytes, and a reader would keep the writer out

struct flock lock_of(short type, std::uint64_t first, std::uint64_t behind) {
  struct flock lock {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  lock.l_start = static_cast<off_t>(kFirstByte + first);
  lock.l_len = static_cast<off_t>(behind - first);
  return lock;
}

bool is_on_nfs(const base::File& file) {
  struct statfs system {};
  return ::fstatfs(file.descriptor(), &system) == 0 && static_cast<long>(system.f_type) == kNfs;
}

}  // namespace

ReaderLock::ReaderLock(const std::filesystem::path& store, std::uint64_t epoch) : epoch_(epoch) {
  auto file = base::File::open_if_exists(store / "lock", O_RDONLY);
  if (!file || is_on_nfs(*file)) return;
  struct flock lock = lock_of(F_RDLCK, epoch, epoch + 1);
  ::fcntl(file->descriptor(), F_OFD_SETLK, &lock);
  file_ = std::move(*file);
}

bool has_readers(const base::File& file, std::uint64_t first, std::uint64_t behind) {
  if (first >= behind) return false;
  struct flock lock = lock_of(F_WRLCK, first, behind);
  return ::fcntl(file.descriptor(), F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

std::uint64_t read_freed_epoch(const std::filesystem::path& store) {
  const auto file = base::File::open_if_exists(store / "lock", O_RDONLY);
  return file ? freed_epoch_in(*file) : 0;
}

}  // namespace cairn::engine
