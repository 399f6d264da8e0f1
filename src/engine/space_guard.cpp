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

std::uint64_t part_for_logs(std::uint64_t ballast) { return ballast / 8 / 4096 * 4096; }

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
    give_back(held_);
    return false;
  }
  held_ = wanted_;
  return true;
}

// The file keeps its size, which tells how much to claim again.
bool SpaceGuard::give_back(std::uint64_t from) {
  held_ = from;
  return ::fallocate(file_.descriptor(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, static_cast<off_t>(from),
                     static_cast<off_t>(wanted_ - from)) == 0 ||
         ::ftruncate(file_.descriptor(), static_cast<off_t>(from)) == 0;
}

void SpaceGuard::require(std::uint64_t bytes, std::uint64_t unwritten, std::string_view doing) {
  const std::lock_guard lock(mutex_);
  const bool is_held = held_ == wanted_ || claim();
  const std::uint64_t free = base::free_bytes(directory_), for_tables = wanted_ - part_for_logs(wanted_);
  const std::uint64_t needed = bytes + kMarginBytes + (unwritten > for_tables ? unwritten - for_tables : 0);
  if (!is_held)
    throw Error(ErrorCode::no_space, fmt::format("{}: the disk is full: {} bytes are free in {}, and the reserve of {} "
                                                 "bytes in {} must be filled again first",
                                                 doing, free, directory_.string(), wanted_, file_.name()));
  if (free < needed)
    throw Error(ErrorCode::no_space, fmt::format("{}: the disk is full: {} bytes are free in {}, expected at least {}",
                                                 doing, free, directory_.string(), needed));
}

bool SpaceGuard::release(std::uint64_t seen, Use use) {
  const std::lock_guard lock(mutex_);
  if (releases_ != seen) return true;
  const std::uint64_t for_logs = part_for_logs(wanted_);
  const std::uint64_t kept = held_ > for_logs ? for_logs : 0;
  if (held_ == 0 || (use == Use::table && kept == 0)) return false;
  ++releases_;
  return give_back(kept);
}

}  // namespace cairn::engine
