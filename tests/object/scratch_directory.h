// A fresh directory for one test, and short ways to fill it and to compare trees.
#pragma once

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>

namespace cairn::object {

class ScratchDirectory {
 public:
  explicit ScratchDirectory(const std::filesystem::path& parent = std::filesystem::temp_directory_path()) {
    std::string name = (parent / "cairn-test-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
    path_ = name;
  }
  ~ScratchDirectory() {
    namespace fs = std::filesystem;
    std::error_code ignored;
    // Directories a test closed would stay when it does not run as root.
    for (fs::recursive_directory_iterator entry(path_, ignored), end; entry != end; entry.increment(ignored))
      if (entry->is_directory(ignored) && !entry->is_symlink(ignored))
        fs::permissions(entry->path(), fs::perms::owner_all, fs::perm_options::add, ignored);
    fs::remove_all(path_, ignored);
  }
  ScratchDirectory(const ScratchDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(std::string_view name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

inline void write_file(const std::filesystem::path& path, std::string_view bytes, mode_t mode = 0644) {
  std::ofstream(path, std::ios::binary) << bytes;
  if (::chmod(path.c_str(), mode) != 0) throw std::runtime_error("chmod " + path.string());
}

inline std::string read_whole(const std::filesystem::path& path) {
  std::ostringstream bytes;
  bytes << std::ifstream(path, std::ios::binary).rdbuf();
  return bytes.str();
}

inline void set_time(const std::filesystem::path& path, std::int64_t seconds, long nanoseconds) {
  const timespec times[2] = {{0, UTIME_OMIT}, {seconds, nanoseconds}};
  if (::utimensat(AT_FDCWD, path.c_str(), times, AT_SYMLINK_NOFOLLOW) != 0)
    throw std::runtime_error("utimensat " + path.string());
}

/// One line for each entry below and including `root`: type, mode, time, and content or link target.
inline std::map<std::string, std::string> snapshot(const std::filesystem::path& root) {
  std::map<std::string, std::string> found;
  const auto describe = [&](const std::filesystem::path& path) {
    struct stat status {};
    if (::lstat(path.c_str(), &status) != 0) throw std::runtime_error("lstat " + path.string());
    std::ostringstream line;
    line << std::oct << status.st_mode << std::dec << ' ' << status.st_mtim.tv_sec << '.' << status.st_mtim.tv_nsec;
    if (S_ISREG(status.st_mode)) line << ' ' << read_whole(path);
    if (S_ISLNK(status.st_mode)) line << " -> " << std::filesystem::read_symlink(path).string();
    found[path.lexically_relative(root.parent_path()).string()] = line.str();
  };
  describe(root);
  if (std::filesystem::is_directory(std::filesystem::symlink_status(root)))
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) describe(entry.path());
  return found;
}

/// Names in a directory, hidden ones included.
inline std::size_t entry_count(const std::filesystem::path& directory) {
  return static_cast<std::size_t>(
      std::distance(std::filesystem::directory_iterator(directory), std::filesystem::directory_iterator()));
}

}  // namespace cairn::object
