#include "engine/freed_space.h"

#include <unistd.h>

#include <algorithm>
#include <exception>
#include <utility>

#include "format/pack.h"

namespace cairn::engine {

std::filesystem::path FreedSpace::path(std::uint64_t pack) const { return directory_ / format::pack_file_name(pack); }

void FreedSpace::set(FreedPacks freed) {
  const std::lock_guard lock(mutex_);
  waiting_.clear();
  waiting_bytes_ = bytes_of(freed);
  waiting_.push_back(std::move(freed));
}

void FreedSpace::add(FreedPacks freed) {
  const std::lock_guard lock(mutex_);
  waiting_bytes_ += bytes_of(freed);
  waiting_.push_back(std::move(freed));
}

std::uint64_t FreedSpace::bytes_of(const FreedPacks& freed) const {
  std::uint64_t bytes = 0;
  for (const std::uint64_t pack : freed.packs)
    if (const auto file = base::File::open_if_exists(path(pack), O_RDONLY)) bytes += allocated_bytes(*file);
  for (const auto& [pack, holes] : freed.holes)
    for (const Extent& hole : holes) bytes += hole.end - hole.begin;
  return bytes;
}

std::uint64_t FreedSpace::waiting_bytes() const {
  const std::lock_guard lock(mutex_);
  return waiting_bytes_;
}

std::uint64_t FreedSpace::release() noexcept {
  const std::lock_guard lock(mutex_);
  std::uint64_t bytes = 0;
  try {
    while (!waiting_.empty()) {
      const FreedPacks& next = waiting_.front();
      const bool is_empty = next.packs.empty() && next.holes.empty();
      if (!is_empty && !may_free_(next.epoch)) break;
      const std::uint64_t expected = bytes_of(next);
      bytes += give_back(next);
      waiting_bytes_ -= std::min(waiting_bytes_, expected);
      waiting_.pop_front();
    }
    if (waiting_.empty()) waiting_bytes_ = 0;
  } catch (const std::exception&) {
    waiting_.clear();  // the next collection finds it again
    waiting_bytes_ = 0;
  }
  return bytes;
}

std::uint64_t FreedSpace::give_back(const FreedPacks& freed) const {
  std::uint64_t bytes = 0;
  for (const std::uint64_t pack : freed.packs) {
    const auto file = base::File::open_if_exists(path(pack), O_RDONLY);
    if (!file) continue;
    const std::uint64_t allocated = file->status().st_nlink == 1 ? allocated_bytes(*file) : 0;
    if (::unlink(path(pack).c_str()) == 0) bytes += allocated;
    reader_.forget(pack);
  }
  for (const auto& [pack, holes] : freed.holes)
    if (const auto file = base::File::open_if_exists(path(pack), O_RDWR)) bytes += punch_holes(*file, holes);
  return bytes;
}

}  // namespace cairn::engine
