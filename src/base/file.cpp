#include "base/file.h"

#include <cairn/error.h>

#include <fmt/format.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

namespace cairn::base {

void throw_errno(int error_number, std::string_view doing) {
  const std::string message = fmt::format("{}: {}", doing, std::generic_category().message(error_number));
  if (error_number == EIO) throw MediumError(message);
  const bool full = error_number == ENOSPC || error_number == EDQUOT;
  throw Error(full ? ErrorCode::no_space : ErrorCode::io, message);
}

File::File(File&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), name_(std::move(other.name_)) {}

File& File::operator=(File&& other) noexcept {
  if (this != &other) {
    close();
    descriptor_ = std::exchange(other.descriptor_, -1);
    name_ = std::move(other.name_);
  }
  return *this;
}

File::~File() { close(); }

void File::close() noexcept {
  if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
}

File File::open(const std::filesystem::path& path, int flags, mode_t mode) {
  const int descriptor = ::open(path.c_str(), flags | O_CLOEXEC, mode);
  if (descriptor < 0) throw_errno(errno, fmt::format("open {}", path.string()));
  return File(descriptor, path.string());
}

std::optional<File> File::open_if_exists(const std::filesystem::path& path, int flags) {
  const int descriptor = ::open(path.c_str(), flags | O_CLOEXEC);
  if (descriptor < 0 && (errno == ENOENT || errno == ENOTDIR)) return std::nullopt;
  if (descriptor < 0) throw_errno(errno, fmt::format("open {}", path.string()));
  return File(descriptor, path.string());
}

File File::open_at(const File& directory, const std::string& name, int flags, mode_t mode) {
  const int descriptor = ::openat(directory.descriptor(), name.c_str(), flags | O_CLOEXEC, mode);
  if (descriptor < 0) throw_errno(errno, fmt::format("open {}/{}", directory.name(), name));
  return File(descriptor, directory.name() + "/" + name);
}

struct stat File::status() const {
  struct stat status {};
  if (::fstat(descriptor_, &status) != 0) throw_errno(errno, fmt::format("stat {}", name_));
  return status;
}

std::uint64_t File::size() const { return static_cast<std::uint64_t>(status().st_size); }

std::size_t File::read_at(std::uint64_t offset, std::span<std::byte> out) const {
  std::size_t done = 0;
  while (done < out.size()) {
    const ssize_t got = ::pread(descriptor_, out.data() + done, out.size() - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw_errno(errno, fmt::format("read {} at {}", name_, offset + done));
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

std::size_t File::read_at(std::uint64_t offset, std::span<std::byte> head, std::span<std::byte> rest) const {
  const iovec parts[] = {{head.data(), head.size()}, {rest.data(), rest.size()}};
  const ssize_t got = ::preadv(descriptor_, parts, 2, static_cast<off_t>(offset));
  if (got < 0 && errno != EINTR) throw_errno(errno, fmt::format("read {} at {}", name_, offset));
  const std::size_t done = got < 0 ? 0 : static_cast<std::size_t>(got);
  if (done == head.size() + rest.size()) return done;
  if (done >= head.size()) return done + read_at(offset + done, rest.subspan(done - head.size()));
  const std::size_t first = done + read_at(offset + done, head.subspan(done));
  return first < head.size() ? first : first + read_at(offset + first, rest);
}

std::size_t File::read(std::span<std::byte> out) const {
  std::size_t done = 0;
  while (done < out.size()) {
    const ssize_t got = ::read(descriptor_, out.data() + done, out.size() - done);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw_errno(errno, fmt::format("read {}", name_));
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

void File::write_at(std::uint64_t offset, std::span<const std::byte> bytes) const {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t put =
        ::pwrite(descriptor_, bytes.data() + done, bytes.size() - done, static_cast<off_t>(offset + done));
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) throw_errno(errno, fmt::format("write {} at {}", name_, offset + done));
    done += static_cast<std::size_t>(put);
  }
}

namespace {

void write_all(int descriptor, std::span<const std::byte> bytes, std::string_view name) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t put = ::write(descriptor, bytes.data() + done, bytes.size() - done);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) throw_errno(errno, fmt::format("write {}", name));
    done += static_cast<std::size_t>(put);
  }
}

}  // namespace

void File::write(std::span<const std::byte> bytes) const { write_all(descriptor_, bytes, name_); }

void write_all(int descriptor, std::span<const std::byte> bytes) {
  write_all(descriptor, bytes, fmt::format("descriptor {}", descriptor));
}

void File::truncate(std::uint64_t size) const {
  if (::ftruncate(descriptor_, static_cast<off_t>(size)) != 0)
    throw_errno(errno, fmt::format("truncate {} to {} bytes", name_, size));
}

void File::sync_data() const {
  if (::fdatasync(descriptor_) != 0) throw_errno(errno, fmt::format("fdatasync {}", name_));
}

void File::sync() const {
  if (::fsync(descriptor_) != 0) throw_errno(errno, fmt::format("fsync {}", name_));
}

std::string read_file(const std::filesystem::path& path, std::uint64_t most) {
  const File file = File::open(path, O_RDONLY);
  const std::uint64_t size = file.size();
  if (size > most)
    throw Error(ErrorCode::limit, fmt::format("read {}: {} bytes, expected at most {}", path.string(), size, most));
  std::string bytes(size, '\0');
  bytes.resize(file.read_at(0, {reinterpret_cast<std::byte*>(bytes.data()), bytes.size()}));
  return bytes;
}

void replace_file(const std::filesystem::path& path, std::string_view bytes) {
  std::filesystem::path temporary = path;
  temporary += ".tmp";
  {
    const File file = File::open(temporary, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    file.write({reinterpret_cast<const std::byte*>(bytes.data()), bytes.size()});
    file.sync();
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0)
    throw_errno(errno, fmt::format("rename {} to {}", temporary.string(), path.string()));
  sync_directory(path.has_parent_path() ? path.parent_path() : ".");
}

void sync_directory(const std::filesystem::path& directory) {
  File::open(directory, O_RDONLY | O_DIRECTORY).sync();
}

std::uint64_t free_bytes(const std::filesystem::path& path) {
  struct statvfs status {};
  if (::statvfs(path.c_str(), &status) != 0) throw_errno(errno, fmt::format("statvfs {}", path.string()));
  return static_cast<std::uint64_t>(status.f_bavail) * status.f_frsize;
}

}  // namespace cairn::base
