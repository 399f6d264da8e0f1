// Files and file trees into a store.
#include <cairn/error.h>

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <optional>

#include "format/artifact.h"
#include "object/artifacts.h"
#include "object/blobs.h"
#include "object/file_source.h"
#include "object/tree_files.h"

namespace cairn::object {

namespace {

// Large enough that a system call costs nothing beside cutting, small enough for the second-level cache.
constexpr std::size_t kBufferBytes = std::size_t{1} << 20;

// O_NONBLOCK: should a pipe take the place of a file between looking and opening, opening it must not wait.
constexpr int kFileFlags = O_RDONLY | O_NONBLOCK;
constexpr int kDirectoryFlags = O_RDONLY | O_DIRECTORY;

[[noreturn]] void throw_unstorable(const std::string& path) {
  throw Error(ErrorCode::unstorable,
              fmt::format("add {}: it is a socket, pipe or device, expected a file, directory or link", path));
}

[[noreturn]] void throw_changed(const std::string& path) {
  throw Error(ErrorCode::conflict, fmt::format("add {}: it was replaced while it was read", path));
}

// The name the artifact's root gets: the last component as given, or that of the directory that "." and ".." mean.
std::string root_name(const std::filesystem::path& path) {
  std::filesystem::path plain = path.has_filename() ? path : path.parent_path();
  if (plain.filename() == "." || plain.filename() == "..") {
    std::error_code error;
    plain = std::filesystem::canonical(plain, error);
    if (error) base::throw_errno(error.value(), fmt::format("open {}", path.string()));
  }
  const std::string name = plain.filename().string();
  if (!format::is_entry_name(name))
    throw Error(ErrorCode::invalid_argument,
                fmt::format("add \"{}\": expected a path whose last part is a name", path.string()));
  return name;
}

format::Entry entry_of(std::string name, const struct stat& status) {
  return {.name = std::move(name),
          .mode = status.st_mode & 07777,
          .mtime_seconds = status.st_mtim.tv_sec,
          .mtime_nanoseconds = static_cast<std::uint32_t>(status.st_mtim.tv_nsec),
          .what = {}};
}

// One walk over a tree of files. Holds one directory open however deep it is.
class TreeAdder {
 public:
  explicit TreeAdder(engine::Staging& staging) : staging_(staging), buffer_(kBufferBytes) {}

  AddedArtifact add(const std::filesystem::path& path) {
    format::Entry root = add_root(path);
    const format::Artifact artifact{std::move(root), size_, count_};
    const Digest digest = stage_blob(staging_, engine::BlobKind::artifact, format::encode_artifact(artifact));
    return {ArtifactId{digest}, size_, count_};
  }

 private:
  struct OpenDirectory {
    format::Entry entry;
    FileIdentity identity;
    std::vector<std::string> names;
    std::size_t next = 0;
    format::Directory content;
  };

  format::Entry add_root(const std::filesystem::path& path);
  format::Entry add_tree(base::File directory, std::string name);
  void add_below(const std::string& name);
  void add_directory(const std::string& name);
  void leave_directory();
  format::Entry add_file(const base::File& file, const struct stat& status, std::string name);
  format::Entry add_link(const std::string& name, const struct stat& status);
  void enter(base::File directory, format::Entry entry, std::vector<std::string> names);
  format::DirectoryRef stage_directory(const format::Directory& directory);
  void count_entry();
  std::vector<std::string> names_in(const base::File& directory) const {
    return list_names(directory, kTreeEntriesMost - count_);
  }
  std::string path_of(const std::string& name) const { return inside_.name() + "/" + name; }

  engine::Staging& staging_;
  std::vector<std::byte> buffer_;
  base::File inside_;  // the directory that is walked over
  std::vector<OpenDirectory> open_;  // from the root down to it
  std::uint64_t size_ = 0;
  std::uint64_t count_ = 0;
};

format::Entry TreeAdder::add_root(const std::filesystem::path& path) {
  std::string name = root_name(path);
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) base::throw_errno(errno, fmt::format("open {}", path.string()));
  if (S_ISDIR(status.st_mode)) return add_tree(base::File::open(path, kDirectoryFlags), std::move(name));
  if (!S_ISREG(status.st_mode)) throw_unstorable(path.string());
  const base::File file = base::File::open(path, kFileFlags);
  count_entry();
  return add_file(file, status_at_rest(file), std::move(name));
}

format::Entry TreeAdder::add_tree(base::File directory, std::string name) {
  count_entry();
  format::Entry root = entry_of(std::move(name), directory.status());
  std::vector<std::string> names = names_in(directory);
  enter(std::move(directory), std::move(root), std::move(names));
  for (;;) {
    OpenDirectory& here = open_.back();
    if (here.next < here.names.size()) {
      add_below(here.names[here.next++]);
    } else if (open_.size() > 1) {
      leave_directory();
    } else {
      here.entry.what = stage_directory(here.content);
      return std::move(here.entry);
    }
  }
}

void TreeAdder::add_below(const std::string& name) {
  count_entry();
  struct stat status {};
  if (::fstatat(inside_.descriptor(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno == ENOENT) throw_changed(path_of(name));
    base::throw_errno(errno, fmt::format("stat {}", path_of(name)));
  }
  std::vector<format::Entry>& entries = open_.back().content.entries;
  if (S_ISDIR(status.st_mode)) {
    add_directory(name);
  } else if (S_ISLNK(status.st_mode)) {
    entries.push_back(add_link(name, status));
  } else if (S_ISREG(status.st_mode)) {
    const base::File file = open_beneath(inside_, name, kFileFlags);
    const struct stat opened = status_at_rest(file);
    if (FileIdentity(opened) != FileIdentity(status)) throw_changed(file.name());
    entries.push_back(add_file(file, opened, name));
  } else {
    throw_unstorable(path_of(name));
  }
}

void TreeAdder::add_directory(const std::string& name) {
  base::File directory = open_beneath(inside_, name, kDirectoryFlags);
  format::Entry entry = entry_of(name, directory.status());
  std::vector<std::string> names = names_in(directory);
  if (!names.empty()) return enter(std::move(directory), std::move(entry), std::move(names));
  // Not entered: the way back leads through it, and an empty directory may be one that nobody may pass.
  entry.what = stage_directory({});
  open_.back().content.entries.push_back(std::move(entry));
}

void TreeAdder::enter(base::File directory, format::Entry entry, std::vector<std::string> names) {
  if (open_.size() >= kTreeDepthMost)
    throw Error(ErrorCode::limit, fmt::format("add {}: directories nested more than {} deep",
                                              open_.front().entry.name, kTreeDepthMost));
  const FileIdentity identity(directory.status());
  open_.push_back({std::move(entry), identity, std::move(names), 0, {}});
  inside_ = std::move(directory);
}

void TreeAdder::leave_directory() {
  format::Entry entry = std::move(open_.back().entry);
  entry.what = stage_directory(open_.back().content);
  open_.pop_back();
  inside_ = open_parent(inside_, open_.back().identity);
  open_.back().content.entries.push_back(std::move(entry));
}

format::Entry TreeAdder::add_file(const base::File& file, const struct stat& status, std::string name) {
  if (!S_ISREG(status.st_mode)) throw_changed(file.name());
  format::Entry entry = entry_of(std::move(name), status);
  const format::ContentRef content = stage_file(staging_, file, status, buffer_);
  size_ += content.size;
  entry.what = content;
  return entry;
}

format::Entry TreeAdder::add_link(const std::string& name, const struct stat& status) {
  std::string target(format::kLinkTargetBytesMost + 1, '\0');
  const ssize_t size = ::readlinkat(inside_.descriptor(), name.c_str(), target.data(), target.size());
  if (size < 0) base::throw_errno(errno, fmt::format("read link {}", path_of(name)));
  target.resize(static_cast<std::size_t>(size));
  if (target.empty() || target.size() > format::kLinkTargetBytesMost)
    throw Error(ErrorCode::unstorable, fmt::format("add {}: a link target of {} bytes", path_of(name), target.size()));
  format::Entry entry = entry_of(name, status);
  entry.what = format::SymlinkTarget{std::move(target)};
  return entry;
}

format::DirectoryRef TreeAdder::stage_directory(const format::Directory& directory) {
  return {stage_blob(staging_, engine::BlobKind::directory, format::encode_directory(directory))};
}

void TreeAdder::count_entry() {
  if (++count_ > kTreeEntriesMost)
    throw Error(ErrorCode::limit, fmt::format("add {}: more than {} entries", inside_.name(), kTreeEntriesMost));
}

}  // namespace

AddedArtifact add_path(engine::Staging& staging, const std::filesystem::path& path) {
  return TreeAdder(staging).add(path);
}

}  // namespace cairn::object
