#include "object/tree_files.h"

#include <cairn/error.h>

#include <dirent.h>
#include <fmt/format.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <random>
#include <string_view>

#include "format/artifact.h"

namespace cairn::object {

namespace {

constexpr int kDirectoryFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

std::string below(const base::File& directory, const std::string& name) { return directory.name() + "/" + name; }

int openat2_beneath(int directory, const char* name, int flags, mode_t mode) {
  struct open_how how {};
  how.flags = static_cast<std::uint64_t>(flags);
  how.mode = mode;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  return static_cast<int>(::syscall(SYS_openat2, directory, name, &how, sizeof how));
}

[[noreturn]] void throw_exists(const base::File& directory, const std::string& name) {
  throw Error(ErrorCode::exists, fmt::format("restore {}: it is already there", below(directory, name)));
}

}  // namespace

base::File open_beneath(const base::File& directory, const std::string& name, int flags, mode_t mode) {
  // Decoders check names, too; this is the last line before the system.
  if (!format::is_entry_name(name))
    throw Error(ErrorCode::damaged, fmt::format("open an entry in {}: its name is not one component", directory.name()));
  flags |= O_NOFOLLOW | O_CLOEXEC;
  int descriptor = openat2_beneath(directory.descriptor(), name.c_str(), flags, mode);
  if (descriptor < 0 && (errno == ENOSYS || errno == EPERM))  // EPERM: a sandbox that does not know the call
    descriptor = ::openat(directory.descriptor(), name.c_str(), flags, mode);
  if (descriptor < 0) base::throw_errno(errno, fmt::format("open {}", below(directory, name)));
  return base::File(descriptor, below(directory, name));
}

base::File open_parent(const base::File& directory, const FileIdentity& expected) {
  const std::string name(directory.name(), 0, directory.name().rfind('/'));
  const int descriptor = ::openat(directory.descriptor(), "..", kDirectoryFlags);
  if (descriptor < 0) base::throw_errno(errno, fmt::format("open {}", name));
  base::File parent(descriptor, name);
  if (FileIdentity(parent.status()) != expected)
    throw Error(ErrorCode::conflict, fmt::format("walk over {}: somebody moved it meanwhile", directory.name()));
  return parent;
}

std::vector<std::string> list_names(const base::File& directory, std::uint64_t most) {
  const int descriptor = ::openat(directory.descriptor(), ".", kDirectoryFlags);  // closedir closes it
  if (descriptor < 0) base::throw_errno(errno, fmt::format("open {}", directory.name()));
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(descriptor), ::closedir);
  if (!stream) base::throw_errno(errno, fmt::format("list {}", directory.name()));
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* entry = ::readdir(stream.get())) {
    const std::string_view name(entry->d_name);
    if (name == "." || name == "..") continue;
    if (names.size() >= most)
      throw Error(ErrorCode::limit, fmt::format("list {}: more than {} entries", directory.name(), most));
    names.emplace_back(name);
    errno = 0;
  }
  if (errno != 0) base::throw_errno(errno, fmt::format("list {}", directory.name()));
  std::sort(names.begin(), names.end());
  return names;
}

void rename_to_new(const base::File& directory, const std::string& from, const std::string& to) {
  const int at = directory.descriptor();
  if (::renameat2(at, from.c_str(), at, to.c_str(), RENAME_NOREPLACE) == 0) return;
  if (errno == EEXIST) throw_exists(directory, to);
  if (errno == EINVAL || errno == ENOSYS) return rename_to_new_portably(directory, from, to);
  base::throw_errno(errno, fmt::format("rename {} to {}", below(directory, from), to));
}

void replace(const base::File& directory, const std::string& from, const std::string& to) {
  const int at = directory.descriptor();
  if (::renameat(at, from.c_str(), at, to.c_str()) == 0) return;
  if (errno == EISDIR || errno == ENOTEMPTY || errno == EEXIST) throw_exists(directory, to);
  base::throw_errno(errno, fmt::format("rename {} to {}", below(directory, from), to));
}

void rename_to_new_portably(const base::File& directory, const std::string& from, const std::string& to) {
  const int at = directory.descriptor();
  struct stat status {};
  if (::fstatat(at, from.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0)
    base::throw_errno(errno, fmt::format("stat {}", below(directory, from)));
  // A directory may replace an empty one: ours, since mkdir fails on any other. Other files get a second name first.
  const bool is_directory = S_ISDIR(status.st_mode);
  const bool taken = is_directory ? ::mkdirat(at, to.c_str(), 0700) == 0
                                  : ::linkat(at, from.c_str(), at, to.c_str(), 0) == 0;
  if (!taken && errno == EEXIST) throw_exists(directory, to);
  if (!taken || (is_directory ? ::renameat(at, from.c_str(), at, to.c_str()) : ::unlinkat(at, from.c_str(), 0)) != 0) {
    const int error_number = errno;
    if (taken && is_directory) ::unlinkat(at, to.c_str(), AT_REMOVEDIR);
    base::throw_errno(error_number, fmt::format("rename {} to {}", below(directory, from), to));
  }
}

base::File open_to_change(const base::File& directory, const std::string& name) {
  const base::File handle(::openat(directory.descriptor(), name.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC),
                          below(directory, name));
  if (!handle.is_open()) return {};
  // By its descriptor, not its name: chmod would follow a link that took its place.
  const std::string by_descriptor = fmt::format("/proc/self/fd/{}", handle.descriptor());
  (void)::chmod(by_descriptor.c_str(), 0700);
  return base::File(::openat(handle.descriptor(), ".", kDirectoryFlags), handle.name());
}

namespace {

void remove_tree_or_throw(const base::File& directory, const std::string& name) {
  struct OpenDirectory {
    std::string name;
    FileIdentity parent;
    std::vector<std::string> below;
  };
  std::vector<OpenDirectory> open;
  std::vector<std::string> pending = {name};
  base::File inside;
  for (;;) {
    const base::File& here = inside.is_open() ? inside : directory;
    std::vector<std::string>& names = open.empty() ? pending : open.back().below;
    if (!names.empty()) {
      const std::string next = std::move(names.back());
      names.pop_back();
      if (::unlinkat(here.descriptor(), next.c_str(), 0) == 0) continue;
      base::File child = open_to_change(here, next);
      if (!child.is_open()) continue;
      open.push_back({next, FileIdentity(here.status()), list_names(child, ~std::uint64_t{0})});
      inside = std::move(child);
    } else if (!open.empty()) {
      base::File parent = open_parent(inside, open.back().parent);
      ::unlinkat(parent.descriptor(), open.back().name.c_str(), AT_REMOVEDIR);
      open.pop_back();
      inside = std::move(parent);
    } else {
      return;
    }
  }
}

}  // namespace

void remove_tree(const base::File& directory, const std::string& name) noexcept {
  try {
    remove_tree_or_throw(directory, name);
  } catch (const std::exception&) {
    // What is left is hidden and named as ours; the error that led here says more than this one would.
  }
}

std::string temporary_name() {
  std::random_device random;
  return fmt::format(".cairn-{:08x}{:08x}", random(), random());
}

}  // namespace cairn::object
