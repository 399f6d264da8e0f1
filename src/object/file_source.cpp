#include "object/file_source.h"

#include <cairn/error.h>

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <thread>

#include "object/content.h"

namespace cairn::object {

namespace {

using std::chrono::nanoseconds;

// The kernel stamps a write when it begins, with a clock that ticks every 1 to 10 ms. Until a change is
// older than that, the next one may get the same times, and the last one may still be under way.
constexpr nanoseconds kRestAge = std::chrono::milliseconds(20);
constexpr int kRestTries = 50;

bool is_equal(const timespec& a, const timespec& b) { return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec; }

// The time of change counts: unlike that of modification it cannot be set back.
bool is_unchanged(const struct stat& before, const struct stat& after) {
  return before.st_size == after.st_size && is_equal(before.st_mtim, after.st_mtim) &&
         is_equal(before.st_ctim, after.st_ctim);
}

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

// Also waits for a write that is under way, however long its writer is kept from running: it has set its time already,
// and would go unnoticed. Seeking data takes the lock that a write holds (ext4, btrfs, tmpfs; on XFS reading does).
bool has_no_data(const base::File& file) { return ::lseek(file.descriptor(), 0, SEEK_DATA) < 0 && errno == ENXIO; }

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

format::ContentRef stage_file(engine::Staging& staging, const base::File& file, const struct stat& before,
                              std::span<std::byte> buffer) {
  const auto size = static_cast<std::uint64_t>(before.st_size);
  format::ContentRef content{size, size == 0 ? format::ContentRef::Form::empty : format::ContentRef::Form::hole, {}};
  if (!has_no_data(file)) {
    ContentWriter writer(staging);
    std::uint64_t offset = 0;
    // Up to the size it had: a file that grows faster than it is read would never end.
    while (offset < size) {
      const std::size_t wanted = std::min<std::uint64_t>(buffer.size(), size - offset);
      const std::size_t got = file.read_at(offset, buffer.first(wanted));
      writer.append(buffer.first(got));
      offset += got;
      if (got < wanted) break;
    }
    content = writer.finish();
  }
  if (content.size != size || !is_unchanged(before, file.status())) throw_changed(file);
  return content;
}

}  // namespace cairn::object
