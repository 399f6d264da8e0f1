#include "engine/pack_copy.h"

#include <fmt/format.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <memory>
#include <new>
#include <optional>
#include <span>

#include "base/file.h"
#include "format/pack.h"

namespace cairn::engine {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kCopyBytes = 4u << 20;  // at once

std::uint64_t block_of(std::uint64_t offset) { return offset / format::kPackBlock * format::kPackBlock; }
std::uint64_t block_behind(std::uint64_t offset) { return block_of(offset + format::kPackBlock - 1); }

// Past the page cache where the file system can: it would only hold what nobody reads soon, and costs more than the copy.
base::File open_direct(const fs::path& path, int flags, mode_t mode) {
  const int descriptor = ::open(path.c_str(), flags | O_DIRECT | O_CLOEXEC, mode);
  if (descriptor >= 0) return base::File(descriptor, path.string());
  if (errno != EINVAL) base::throw_errno(errno, fmt::format("open {}", path.string()));
  return base::File::open(path, flags, mode);
}

bool is_failure_of_disk(int error) { return error == ENOSPC || error == EDQUOT || error == EIO; }

// False where the file system cannot, or not between these two.
bool reflink(const base::File& from, const base::File& to, const Extent& range) {
  file_clone_range cloned{from.descriptor(), range.begin, range.end - range.begin, range.begin};
  if (::ioctl(to.descriptor(), FICLONERANGE, &cloned) == 0) return true;
  if (is_failure_of_disk(errno)) base::throw_errno(errno, fmt::format("share blocks of {} with {}", from.name(), to.name()));
  return false;
}

// The next bytes from `begin` on that are no hole; empty if there are none before `end`. All, where holes cannot be told.
std::optional<Extent> next_data(const base::File& file, std::uint64_t begin, std::uint64_t end) {
  if (begin >= end) return std::nullopt;
  const off_t data = ::lseek(file.descriptor(), static_cast<off_t>(begin), SEEK_DATA);
  if (data < 0 && errno == ENXIO) return std::nullopt;
  if (data < 0) return Extent{begin, end};
  const off_t hole = ::lseek(file.descriptor(), data, SEEK_HOLE);
  const Extent found{std::max(begin, block_of(static_cast<std::uint64_t>(data))),
                     hole < 0 ? end : std::min(end, block_behind(static_cast<std::uint64_t>(hole)))};
  return found.begin < found.end ? std::optional(found) : std::nullopt;
}

struct Freed {
  void operator()(std::byte* memory) const { std::free(memory); }
};

// Aligned, for direct reads and writes.
class Buffer {
 public:
  Buffer() : memory_(static_cast<std::byte*>(std::aligned_alloc(format::kPackBlock, kCopyBytes))) {
    if (memory_ == nullptr) throw std::bad_alloc();
  }
  std::span<std::byte> front(std::uint64_t size) const { return {memory_.get(), static_cast<std::size_t>(size)}; }

 private:
  std::unique_ptr<std::byte, Freed> memory_;
};

// Direct writes can also be refused when the first one is made.
void write_block(const base::File& to, std::uint64_t offset, std::span<const std::byte> bytes) {
  const ssize_t put = ::pwrite(to.descriptor(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
  if (put == static_cast<ssize_t>(bytes.size())) return;
  const int flags = put < 0 && errno == EINVAL ? ::fcntl(to.descriptor(), F_GETFL) : -1;
  if (flags >= 0) ::fcntl(to.descriptor(), F_SETFL, flags & ~O_DIRECT);
  to.write_at(offset, bytes);
}

// What stands in the copy where the pack has a hole is gone, too: it is the rest of an attempt at another time.
void make_hole(const base::File& to, std::uint64_t begin, std::uint64_t end) {
  if (begin >= end || begin >= to.size()) return;
  ::fallocate(to.descriptor(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, static_cast<off_t>(begin),
              static_cast<off_t>(end - begin));
}

std::uint64_t copy_data(const base::File& from, const base::File& to, const Extent& range,
                        const std::function<void(std::uint64_t)>& progress) {
  const Buffer buffer;
  std::uint64_t copied = 0;
  std::uint64_t at = range.begin;
  const auto pass = [&](std::uint64_t to_offset) {
    if (progress) progress(to_offset - at);
    at = to_offset;
  };
  while (const auto data = next_data(from, at, range.end)) {
    make_hole(to, at, data->begin);
    pass(data->begin);
    while (at < data->end) {
      const auto bytes = buffer.front(std::min(kCopyBytes, data->end - at));
      if (from.read_at(at, bytes) != bytes.size()) base::throw_errno(EIO, fmt::format("read {} at {}", from.name(), at));
      write_block(to, at, bytes);
      copied += bytes.size();
      pass(at + bytes.size());
    }
  }
  make_hole(to, at, range.end);
  pass(range.end);
  if (to.size() < range.end) to.truncate(range.end);
  return copied;
}

}  // namespace

PackCopy copy_pack(const fs::path& from, const fs::path& to, const Extent& range, mode_t mode,
                   const std::function<void(std::uint64_t bytes)>& progress) {
  PackCopy copy;
  if (!fs::exists(from)) return copy;
  const base::File source = open_direct(from, O_RDONLY, 0), target = open_direct(to, O_RDWR | O_CREAT, mode);
  const Extent there{range.begin, std::min(range.end, block_of(source.size()))};
  if (there.begin >= there.end) return copy;
  if (reflink(source, target, there)) {
    copy.reflinked_bytes = there.end - there.begin;
    if (progress) progress(copy.reflinked_bytes);
  } else {
    copy.copied_bytes = copy_data(source, target, there, progress);
  }
  target.sync_data();
  return copy;
}

}  // namespace cairn::engine
