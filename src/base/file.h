// Files and directories: owned descriptors, whole reads and writes, and the one place where errno becomes Error.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <cairn/error.h>

#include <fcntl.h>
#include <sys/stat.h>

namespace cairn::base {

/// The medium did not do what it was asked (EIO). Its code is io; whose bytes they were decides what it means.
class MediumError : public Error {
 public:
  explicit MediumError(const std::string& message) : Error(ErrorCode::io, message) {}
};

/// Throws the Error that `error_number` (errno) means: no_space for ENOSPC and EDQUOT, MediumError for EIO, else io.
/// `doing` says what was attempted and on what, such as "write /data/a.pack".
[[noreturn]] void throw_errno(int error_number, std::string_view doing);

/// An open file or directory. Closes it when destroyed.
class File {
 public:
  File() = default;
  /// Takes over `descriptor`; `name` is for messages.
  File(int descriptor, std::string name) : descriptor_(descriptor), name_(std::move(name)) {}
  File(File&& other) noexcept;
  File& operator=(File&& other) noexcept;
  ~File();

  /// open(2) with O_CLOEXEC; throws io.
  static File open(const std::filesystem::path& path, int flags, mode_t mode = 0600);
  /// As open, but empty if the file does not exist.
  static std::optional<File> open_if_exists(const std::filesystem::path& path, int flags);
  /// openat(2) below `directory`, with O_CLOEXEC.
  static File open_at(const File& directory, const std::string& name, int flags, mode_t mode = 0600);

  int descriptor() const { return descriptor_; }
  const std::string& name() const { return name_; }
  bool is_open() const { return descriptor_ >= 0; }
  void close() noexcept;

  struct stat status() const;
  std::uint64_t size() const;
  /// Reads up to out.size() bytes at `offset`; fewer only at the end of the file.
  std::size_t read_at(std::uint64_t offset, std::span<std::byte> out) const;
  /// As read_at, the first bytes to `head` and what follows them to `rest`, in one call to the system.
  std::size_t read_at(std::uint64_t offset, std::span<std::byte> head, std::span<std::byte> rest) const;
  /// Reads up to out.size() bytes at the file position; fewer only at the end of the file.
  std::size_t read(std::span<std::byte> out) const;
  void write_at(std::uint64_t offset, std::span<const std::byte> bytes) const;
  void write(std::span<const std::byte> bytes) const;
  void truncate(std::uint64_t size) const;
  /// fdatasync(2): bytes and size are durable when it returns.
  void sync_data() const;
  /// fsync(2): also what a new name in a directory needs.
  void sync() const;

 private:
  int descriptor_ = -1;
  std::string name_;
};

/// Writes all of `bytes` at the position of a descriptor that somebody else opened.
void write_all(int descriptor, std::span<const std::byte> bytes);

/// The whole file; throws limit if it has more than `most` bytes.
std::string read_file(const std::filesystem::path& path, std::uint64_t most);

/// Creates or replaces `path` so that a crash leaves the old or the new file, durable when it returns:
/// temporary name, fsync, rename, fsync of the directory.
void replace_file(const std::filesystem::path& path, std::string_view bytes);

/// Makes names created, renamed or removed in `directory` durable.
void sync_directory(const std::filesystem::path& directory);

/// Bytes an unprivileged process can still write to the file system that holds `path`.
std::uint64_t free_bytes(const std::filesystem::path& path);

}  // namespace cairn::base
