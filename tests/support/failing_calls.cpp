// Loaded in front of libc (LD_PRELOAD) by tests: counts the calls that change files below a directory and
// makes the n-th one fail, as a disk does that has a bad block or no room.
//
//   FAILING_CALLS_BELOW   the directory, absolute and without symbolic links
//   FAILING_CALLS_FILES   only calls on files with this in their path; may be empty
//   FAILING_CALLS_NUMBER  which call fails, from 1; 0: none, they are only counted
//   FAILING_CALLS_ERROR   EIO or ENOSPC
//   FAILING_CALLS_MODE    once; torn: once, a write leaving half its bytes; always: from that one on;
//                         there: from that one on, but only this call on this file
//   FAILING_CALLS_REPORT  a file elsewhere: "failed CALL PATH" of the first, and "calls COUNT" at the end
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <string>
#include <string_view>

namespace {

#define EXPORTED extern "C" __attribute__((visibility("default")))
#define NEXT(call) reinterpret_cast<decltype(&::call)>(::dlsym(RTLD_NEXT, #call))

std::string_view variable(const char* name) {
  const char* text = std::getenv(name);
  return text != nullptr ? text : "";
}

struct Settings {
  std::string below = std::string(variable("FAILING_CALLS_BELOW"));
  std::string files = std::string(variable("FAILING_CALLS_FILES"));
  unsigned long number = std::strtoul(std::string(variable("FAILING_CALLS_NUMBER")).c_str(), nullptr, 10);
  int error = variable("FAILING_CALLS_ERROR") == "ENOSPC" ? ENOSPC : EIO;
  bool always = variable("FAILING_CALLS_MODE") == "always";
  bool there = variable("FAILING_CALLS_MODE") == "there";
  bool torn = variable("FAILING_CALLS_MODE") == "torn";
  std::string report = std::string(variable("FAILING_CALLS_REPORT"));
};

const Settings& settings() {
  static const Settings& settings = *new Settings;  // never destroyed: files are written until the very end
  return settings;
}

std::atomic<unsigned long> calls = 0;

void report(const std::string& line) {
  static const auto next_open = NEXT(open);
  static const auto next_write = NEXT(write);
  if (settings().report.empty()) return;
  const int file = next_open(settings().report.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (file < 0) return;
  if (next_write(file, line.data(), line.size()) < 0) std::abort();
  ::close(file);
}

__attribute__((destructor)) void report_count() {
  report("calls " + std::to_string(calls) + "\n");
}

bool is_below(std::string_view path) {
  const std::string& below = settings().below;
  if (below.empty() || !path.starts_with(below)) return false;
  return path.size() == below.size() || path[below.size()] == '/';
}

// The kernel knows the name of a descriptor, however it came to be; a table of ours would have to follow dup,
// fcntl and what libc opens by itself.
class DescriptorPath {
 public:
  explicit DescriptorPath(int descriptor) {
    std::array<char, 32> link{};
    std::snprintf(link.data(), link.size(), "/proc/self/fd/%d", descriptor);
    const ssize_t length = ::readlink(link.data(), path_.data(), path_.size());
    length_ = static_cast<std::size_t>(std::max<ssize_t>(length, 0));
  }
  std::string_view text() const { return {path_.data(), length_}; }

 private:
  std::array<char, PATH_MAX> path_;
  std::size_t length_;
};

bool is_chosen(unsigned long number, std::string_view call, std::string_view path) {
  static std::mutex mutex;
  static std::string& failed = *new std::string;  // the first call that did, and its path
  const unsigned long first = settings().number;
  if (first == 0 || number < first) return false;
  const std::string name = std::string(call) + " " + std::string(path);
  const std::lock_guard lock(mutex);
  if (number == first) {
    failed = name;
    report("failed " + name + "\n");
  }
  return number == first || settings().always || (settings().there && name == failed);
}

// True, with errno set, if this call is one that has to fail.
bool fails(std::string_view call, std::string_view path) {
  const int before = errno;
  if (!is_below(path) || path.find(settings().files) == std::string_view::npos) return false;
  const bool failing = is_chosen(++calls, call, path);
  errno = failing ? settings().error : before;
  return failing;
}

bool fails(std::string_view call, int descriptor) {
  const int before = errno;
  const DescriptorPath path(descriptor);
  errno = before;
  return fails(call, path.text());
}

bool fails_at(std::string_view call, int directory, const char* path) {
  if (directory == AT_FDCWD || path[0] == '/') return fails(call, std::string_view(path));
  return fails(call, std::string(DescriptorPath(directory).text()) + "/" + path);
}

bool makes_or_empties(int flags) {
  return (flags & (O_CREAT | O_TRUNC)) != 0;
}

// Whole blocks, where there are some: direct writes take no others.
std::size_t half(std::size_t size) {
  return size >= 8192 ? size / 2 / 4096 * 4096 : size / 2;
}

template <class Write>
ssize_t fail_write(std::size_t size, Write write) {
  if (settings().torn && write(half(size)) < 0) errno = 0;
  errno = settings().error;
  return -1;
}

mode_t mode_argument(va_list arguments) {
  return static_cast<mode_t>(va_arg(arguments, unsigned));
}

}  // namespace

#define MODE_AFTER(last)                        \
  va_list arguments;                            \
  va_start(arguments, last);                    \
  const mode_t mode = mode_argument(arguments); \
  va_end(arguments)

EXPORTED int open(const char* path, int flags, ...) {
  static const auto next = NEXT(open);
  MODE_AFTER(flags);
  return makes_or_empties(flags) && fails("open", std::string_view(path)) ? -1 : next(path, flags, mode);
}
EXPORTED int open64(const char* path, int flags, ...) __attribute__((alias("open")));

EXPORTED int openat(int directory, const char* path, int flags, ...) {
  static const auto next = NEXT(openat);
  MODE_AFTER(flags);
  if (makes_or_empties(flags) && fails_at("openat", directory, path)) return -1;
  return next(directory, path, flags, mode);
}
EXPORTED int openat64(int directory, const char* path, int flags, ...) __attribute__((alias("openat")));

EXPORTED ssize_t write(int file, const void* bytes, std::size_t size) {
  static const auto next = NEXT(write);
  if (!fails("write", file)) return next(file, bytes, size);
  return fail_write(size, [&](std::size_t part) { return next(file, bytes, part); });
}

EXPORTED ssize_t pwrite(int file, const void* bytes, std::size_t size, off_t offset) {
  static const auto next = NEXT(pwrite);
  if (!fails("pwrite", file)) return next(file, bytes, size, offset);
  return fail_write(size, [&](std::size_t part) { return next(file, bytes, part, offset); });
}
EXPORTED ssize_t pwrite64(int file, const void* bytes, std::size_t size, off_t offset)
    __attribute__((alias("pwrite")));

// A torn one leaves half of its first part: enough to be seen.
EXPORTED ssize_t writev(int file, const iovec* parts, int count) {
  static const auto next = NEXT(writev);
  static const auto next_write = NEXT(write);
  if (!fails("writev", file)) return next(file, parts, count);
  const auto write_first = [&](std::size_t part) { return next_write(file, parts->iov_base, part); };
  return fail_write(parts->iov_len, write_first);
}

EXPORTED ssize_t pwritev(int file, const iovec* parts, int count, off_t offset) {
  static const auto next = NEXT(pwritev);
  static const auto next_pwrite = NEXT(pwrite);
  if (!fails("pwritev", file)) return next(file, parts, count, offset);
  const auto write_first = [&](std::size_t part) { return next_pwrite(file, parts->iov_base, part, offset); };
  return fail_write(parts->iov_len, write_first);
}
EXPORTED ssize_t pwritev64(int file, const iovec* parts, int count, off_t offset)
    __attribute__((alias("pwritev")));

EXPORTED int fsync(int file) {
  static const auto next = NEXT(fsync);
  return fails("fsync", file) ? -1 : next(file);
}

EXPORTED int fdatasync(int file) {
  static const auto next = NEXT(fdatasync);
  return fails("fdatasync", file) ? -1 : next(file);
}

EXPORTED int sync_file_range(int file, off_t offset, off_t size, unsigned flags) {
  static const auto next = NEXT(sync_file_range);
  return fails("sync_file_range", file) ? -1 : next(file, offset, size, flags);
}

EXPORTED int ftruncate(int file, off_t size) noexcept {
  static const auto next = NEXT(ftruncate);
  return fails("ftruncate", file) ? -1 : next(file, size);
}
EXPORTED int ftruncate64(int file, off_t size) noexcept __attribute__((alias("ftruncate")));

EXPORTED int truncate(const char* path, off_t size) noexcept {
  static const auto next = NEXT(truncate);
  return fails("truncate", std::string_view(path)) ? -1 : next(path, size);
}
EXPORTED int truncate64(const char* path, off_t size) noexcept __attribute__((alias("truncate")));

EXPORTED int fallocate(int file, int mode, off_t offset, off_t size) {
  static const auto next = NEXT(fallocate);
  return fails("fallocate", file) ? -1 : next(file, mode, offset, size);
}
EXPORTED int fallocate64(int file, int mode, off_t offset, off_t size) __attribute__((alias("fallocate")));

EXPORTED int posix_fallocate(int file, off_t offset, off_t size) {  // the one that returns the error
  static const auto next = NEXT(posix_fallocate);
  return fails("posix_fallocate", file) ? settings().error : next(file, offset, size);
}
EXPORTED int posix_fallocate64(int file, off_t offset, off_t size) __attribute__((alias("posix_fallocate")));

EXPORTED int rename(const char* from, const char* to) noexcept {
  static const auto next = NEXT(rename);
  return fails("rename", std::string_view(to)) ? -1 : next(from, to);
}

EXPORTED int renameat2(int before, const char* from, int after, const char* to, unsigned flags) noexcept {
  static const auto next = NEXT(renameat2);
  return fails_at("renameat2", after, to) ? -1 : next(before, from, after, to, flags);
}

EXPORTED int link(const char* from, const char* to) noexcept {
  static const auto next = NEXT(link);
  return fails("link", std::string_view(to)) ? -1 : next(from, to);
}

EXPORTED int unlink(const char* path) noexcept {
  static const auto next = NEXT(unlink);
  return fails("unlink", std::string_view(path)) ? -1 : next(path);
}

EXPORTED int unlinkat(int directory, const char* path, int flags) noexcept {
  static const auto next = NEXT(unlinkat);
  return fails_at("unlinkat", directory, path) ? -1 : next(directory, path, flags);
}

EXPORTED int remove(const char* path) noexcept {
  static const auto next = NEXT(remove);
  return fails("remove", std::string_view(path)) ? -1 : next(path);
}

EXPORTED int rmdir(const char* path) noexcept {
  static const auto next = NEXT(rmdir);
  return fails("rmdir", std::string_view(path)) ? -1 : next(path);
}

EXPORTED int mkdir(const char* path, mode_t mode) noexcept {
  static const auto next = NEXT(mkdir);
  return fails("mkdir", std::string_view(path)) ? -1 : next(path, mode);
}
