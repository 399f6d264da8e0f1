#include "engine/space_guard.h"

#include <cairn/error.h>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

namespace cairn::engine {
namespace {

constexpr std::uint64_t kMarginBytes = 1u << 20;  // directory entries, metadata, a log's last block

// Real blocks, so that they count in the quota and can be given back. Throws no_space, io.
void allocate(const base::File& file, std::uint64_t bytes) {
  if (::fallocate(file.descriptor(), 0, 0, static_cast<off_t>(bytes)) == 0) return;
  if (errno != EOPNOTSUPP) base::throw_errno(errno, fmt::format("allocate {} bytes of {}", bytes, file.name()));
  const std::vector<std::byte> zeros(1u << 20);
  for (std::uint64_t done = 0; done < bytes; done += zeros.size())
    file.write_at(done, std::span(zeros).first(std::min<std::uint64_t>(zeros.size(), bytes - done)));
}

std::uint64_t block_bytes(const base::File& file) { return static_cast<std::uint64_t>(file.status().st_blocks) * 512; }

// The file keeps its size, which tells how much to claim again.
bool give_back(const base::File& file, std::uint64_t bytes) {
  return ::fallocate(file.descriptor(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, static_cast<off_t>(bytes)) == 0 ||
         ::ftruncate(file.descriptor(), 0) == 0;
}

}  // namespace

SpaceGuard::SpaceGuard(const std::filesystem::path& directory, std::uint64_t bytes)
    : directory_(directory),
      file_(base::File::open(directory / "ballast", O_RDWR | O_CREAT)),
      wanted_(std::min(bytes, std::max(file_.size(), (base::free_bytes(directory) + block_bytes(file_)) / 4))) {
  const std::lock_guard lock(mutex_);
  claim();
}

// Called with the mutex held.
bool SpaceGuard::claim() {
  const std::uint64_t held = block_bytes(file_);
  if (held < wanted_ && base::free_bytes(directory_) < wanted_ - held + 2 * kMarginBytes) return false;
  try {
    if (file_.size() > wanted_) file_.truncate(wanted_);
    if (held < wanted_) allocate(file_, wanted_);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::no_space) throw;
    give_back(file_, wanted_);
    return false;
  }
  held_ = wanted_;
  return true;
}

void SpaceGuard::require(std::uint64_t bytes, std::string_view doing) {
  const std::lock_guard lock(mutex_);
  const std::uint64_t free = base::free_bytes(directory_);
  const std::uint64_t needed = bytes + kMarginBytes;
  if (held_ != wanted_ && !claim())
    throw Error(ErrorCode::no_space, fmt::format("{}: the disk is full: {} bytes are free in {}, and the reserve of {} "
                                                 "bytes in {} must be filled again first",
                                                 doing, free, directory_.string(), wanted_, file_.name()));
  if (free < needed)
    throw Error(ErrorCode::no_space, fmt::format("{}: the disk is full: {} bytes are free in {}, expected at least {}",
                                                 doing, free, directory_.string(), needed));
}

bool SpaceGuard::release(std::uint64_t seen) {
  const std::lock_guard lock(mutex_);
  if (releases_ != seen) return true;
  if (held_ == 0) return false;
  held_ = 0;
  ++releases_;
  return give_back(file_, wanted_);
}

}  // namespace cairn::engine
