#include "interchange/aiida/scratch.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <system_error>
#include <utility>

namespace cairn::interchange::aiida {
namespace {

constexpr std::array<timespec, 2> kTimeZero{};

}  // namespace

void throw_system_error(const std::string& doing) {
  const int code = errno;
  throw Error(code == ENOSPC || code == EDQUOT ? ErrorCode::no_space : ErrorCode::io,
              fmt::format("{}: {}", doing, std::generic_category().message(code)));
}

ScratchDirectory::ScratchDirectory() {
  std::error_code error;
  const std::filesystem::path parent = std::filesystem::temp_directory_path(error);
  if (error) throw Error(ErrorCode::io, fmt::format("find a directory for temporary files: {}", error.message()));
  std::string name = (parent / "cairn-archive-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw_system_error(fmt::format("make a directory in {}", parent.string()));
  path_ = name;
}

ScratchDirectory::~ScratchDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

ScratchFile::ScratchFile(const std::filesystem::path& path)
    : path_(path.string()), descriptor_(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)) {
  if (descriptor_ < 0) throw_system_error(fmt::format("make {}", path_));
}

ScratchFile::~ScratchFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void ScratchFile::write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw_system_error(fmt::format("write {}", path_));
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

void ScratchFile::close() {
  if (::fchmod(descriptor_, 0644) != 0 || ::futimens(descriptor_, kTimeZero.data()) != 0)
    throw_system_error(fmt::format("close {}", path_));
  const int closed = ::close(std::exchange(descriptor_, -1));
  if (closed != 0) throw_system_error(fmt::format("close {}", path_));
}

void make_directory(const std::filesystem::path& path) {
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) throw_system_error(fmt::format("make {}", path.string()));
}

void settle_directory(const std::filesystem::path& path) {
  if (::chmod(path.c_str(), 0755) != 0 || ::utimensat(AT_FDCWD, path.c_str(), kTimeZero.data(), 0) != 0)
    throw_system_error(fmt::format("make {}", path.string()));
}

}  // namespace cairn::interchange::aiida
