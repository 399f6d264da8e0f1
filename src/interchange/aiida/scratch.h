// Files that are needed while an archive is read or written.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

namespace cairn::interchange::aiida {

/// A new directory that nobody else may look into, in that for temporary files (TMPDIR); removed with all that is in it.
class ScratchDirectory {
 public:
  /// Throws no_space, io.
  ScratchDirectory();
  ~ScratchDirectory();
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// A new file that is written from front to back. Mode 0644 and the time 0, so that the same bytes make the same artifact.
class ScratchFile {
 public:
  /// Throws no_space, io.
  explicit ScratchFile(const std::filesystem::path& path);
  ~ScratchFile();
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;

  void write(std::span<const std::byte> bytes);
  void close();

 private:
  std::string path_;
  int descriptor_ = -1;
};

/// Nothing, if it is there.
void make_directory(const std::filesystem::path& path);

/// Gives a directory the mode 0755 and the time 0.
void settle_directory(const std::filesystem::path& path);

/// Throws no_space or io for what errno says.
[[noreturn]] void throw_system_error(const std::string& doing);

}  // namespace cairn::interchange::aiida
