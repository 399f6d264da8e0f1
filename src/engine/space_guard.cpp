#include "engine/space_guard.h"

#include <cairn/error.h>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "base/file.h"

namespace cairn::engine {
namespace {

constexpr std::uint64_t kMarginBytes = 1u << 20;  // directory entries, metadata, a log's last block

// Real blocks, so that they count in the quota and can be given back. Throws no_space, io.
void allocate(const base::File& file, std::uint64_t bytes) {
  if (::fallocate(file.descriptor(), 0, 0, static_cast<off_t>(bytes)) == 0) return;
  if (errno != EOPNOTSUPP)
    base::throw_errno(errno, fmt::format("allocate {} bytes of {}", bytes, file.name()));
  const std::vector<std::byte> zeros(1u << 20);
  for (std::uint64_t done = 0; done < bytes; done += zeros.size())
    file.write_at(done, std::span(zeros).first(std::min<std::uint64_t>(zeros.size(), bytes - done)));
}

}  // namespace

SpaceGuard::SpaceGuard(const std::filesystem::path& directory, std::uint64_t bytes)
    : directory_(directory),
      file_(directory / "ballast"),
      wanted_([&] {
        const auto file = base::File::open_if_exists(file_, O_RDONLY);
        const std::uint64_t held = file ? file->size() : 0;
        return std::min(bytes, (base::free_bytes(directory) + held) / 4);
      }()) {
  const std::lock_guard lock(mutex_);
  claim();
}

// Called with the mutex held.
bool SpaceGuard::claim() {
  const base::File file = base::File::open(file_, O_RDWR | O_CREAT);
  const std::uint64_t size = file.size();
  if (size == wanted_) {
    held_ = size;
    return true;
  }
  if (size < wanted_ && base::free_bytes(directory_) < wanted_ - size + 2 * kMarginBytes) return false;
  try {
    if (size > wanted_) file.truncate(wanted_);
    if (size < wanted_) allocate(file, wanted_);
    held_ = wanted_;
    return true;
  } catch (const Error& error) {
    if (error.code() != ErrorCode::no_space) throw;
  }
  file.truncate(0);
  return false;
}

void SpaceGuard::require(std::uint64_t bytes, std::string_view doing) {
  const std::lock_guard lock(mutex_);
  const std::uint64_t free = base::free_bytes(directory_);
  const std::uint64_t needed = bytes + kMarginBytes;
  if (held_ != wanted_ && !claim())
    throw Error(ErrorCode::no_space, fmt::format("{}: the disk is full: {} bytes are free in {}, and the reserve of {} "
                                                 "bytes must be filled again first",
                                                 doing, free, directory_.string(), wanted_));
  if (free < needed)
    throw Error(ErrorCode::no_space, fmt::format("{}: the disk is full: {} bytes are free in {}, expected at least {}",
                                                 doing, free, directory_.string(), needed));
}

bool SpaceGuard::release() {
  const std::lock_guard lock(mutex_);
  if (held_ == 0) return false;
  held_ = 0;
  return ::truncate(file_.c_str(), 0) == 0;
}

std::uint64_t SpaceGuard::ballast_bytes() const {
  const std::lock_guard lock(mutex_);
  return held_;
}

}  // namespace cairn::engine
